using Microsoft.Extensions.Logging;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Docker;

/// <summary>What the handlers work with.</summary>
internal sealed record DockerParts(DockerDoorOptions Options, ContainerRuntime Runtime, TimeProvider Clock, ILogger Log);
