using Tripod.Pods.Standalone;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>One container as Docker's clients know it: a standalone one, or one of a pod under the name that the kubelet's Docker gave it.</summary>
internal sealed record KnownContainer(ContainerStatus Status, StandaloneContainer? Standalone)
{
    public string Id => Status.Id;

    /// <summary>Without the slash that Docker puts before it.</summary>
    public string Name => Standalone?.Name ?? PodContainerName.Of(Status.Config);

    public bool IsRunning => Status.State == ContainerState.Running;

    public bool IsPause => Status.SandboxId == Status.Id;
}
