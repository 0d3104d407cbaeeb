using k8s.Models;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Pods.Planning;

/// <summary>Everything that plan and status are made from: the pod as it is wanted, and what the runtime says there is.</summary>
internal sealed record PodObservation
{
    public required PodView Pod { get; init; }
    public required PodMemory Memory { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<SandboxStatus> Sandboxes { get; init; }

    /// <summary>By container name, newest first.</summary>
    public required ILookup<string, ContainerStatus> Containers { get; init; }
    public required string NodeName { get; init; }

    /// <summary>The object was removed from under the engine (deletion by force): nothing of it may stay.</summary>
    public bool Gone { get; init; }

    public SandboxStatus? Sandbox => Sandboxes is [var newest, ..] ? newest : null;

    public SandboxStatus? ReadySandbox => Sandbox is { State: SandboxState.Ready } ready ? ready : null;

    public ContainerStatus? Newest(string name) => Containers[name].FirstOrDefault();

    public IList<V1Container> InitContainers => Pod.Spec.InitContainers ?? [];

    public bool IsRunning(string name) => Newest(name) is { State: ContainerState.Running };

    public bool HasSucceeded(string name) => Newest(name) is { State: ContainerState.Exited, ExitCode: 0 };

    /// <summary>Looks the pod's sandboxes and containers up in the runtime.</summary>
    public static PodObservation Of(PodView pod, bool gone, ContainerRuntime runtime, PodMemory memory, string nodeName) => new()
    {
        Pod = pod,
        Memory = memory,
        NodeName = nodeName,
        Gone = gone,
        Sandboxes = [.. SandboxesOf(pod.Uid, runtime)],
        Containers = ContainersOf(pod.Uid, runtime).ToLookup(container => container.Config.Name),
    };

    public static IEnumerable<SandboxStatus> SandboxesOf(string uid, ContainerRuntime runtime) =>
        runtime.ListPodSandboxes()
            .Where(sandbox => sandbox.Config.Uid == uid && sandbox.Config.Labels.ContainsKey(Labels.Owner))
            .OrderByDescending(sandbox => sandbox.Config.Attempt);

    public static IEnumerable<ContainerStatus> ContainersOf(string uid, ContainerRuntime runtime) =>
        runtime.ListContainers()
            .Where(container => container.Config.Labels.GetValueOrDefault(Labels.PodUid) == uid && container.Config.Labels.ContainsKey(Labels.Owner))
            .OrderByDescending(container => container.Config.Attempt)
            .ThenByDescending(container => container.CreatedAt);
}
