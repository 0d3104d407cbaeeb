using Microsoft.Extensions.Logging;
using Tripod.Pods;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>What handlers work with. Engine and runtime are missing where the door is shown alone: then pods are objects and nothing more.</summary>
public sealed record DoorParts(ObjectStore Store, PodEngine? Pods, ContainerRuntime? Runtime, TimeProvider Clock, ILogger Log)
{
    public DateTimeOffset Now => Clock.GetUtcNow();
}
