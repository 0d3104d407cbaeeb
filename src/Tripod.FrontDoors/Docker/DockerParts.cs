using Microsoft.Extensions.Logging;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Events;
using Tripod.FrontDoors.Docker.Requests;
using Tripod.Pods.Standalone;
using Tripod.Runtime;
using Tripod.Runtime.Cgroups;

namespace Tripod.FrontDoors.Docker;

/// <summary>What the handlers work with.</summary>
internal sealed record DockerParts(DockerDoorOptions Options, ContainerRuntime Runtime, StandaloneEngine Standalone, TimeProvider Clock, ILogger Log)
{
    public ContainerLookup Containers { get; } = new(Runtime, Standalone);

    public MountPlaces Mounts { get; } = new(Runtime);

    /// <summary>What this machine can limit.</summary>
    public CgroupFeatures Cgroups { get; } = CgroupFeatures.Detect();

    public EventHub Events { get; } = new(Runtime, Standalone, Clock);

    public ExecTable Execs { get; } = new();
}
