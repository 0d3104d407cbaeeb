using System.Collections.Immutable;
using Tripod.Pods.Probes;
using Tripod.Pods.Resizing;
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

    /// <summary>What probes found, by container id.</summary>
    public ImmutableDictionary<string, ProbeVerdict> Probes { get; init; } = ImmutableDictionary<string, ProbeVerdict>.Empty;

    /// <summary>What containers left in their termination message file, by container id.</summary>
    public IReadOnlyDictionary<string, string> Messages { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Why the node has not granted what the spec asks for; null where nothing waits, or nobody has looked yet.</summary>
    public PendingResize? ResizePending { get; init; }

    /// <summary>The generation whose resize was granted and is being carried out.</summary>
    public long? ResizeBegun { get; init; }

    /// <summary>The node has written down what it grants the pod.</summary>
    public bool IsGranted { get; init; } = true;

    /// <summary>Bytes; what shares of memory are measured by.</summary>
    public long MachineMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Processes that one pod may have; 0: as many as the machine.</summary>
    public long PidsLimit { get; init; }

    /// <summary>The object was removed from under the engine (deletion by force): nothing of it may stay.</summary>
    public bool Gone { get; init; }

    public SandboxStatus? Sandbox => Sandboxes is [var newest, ..] ? newest : null;

    public SandboxStatus? ReadySandbox => Sandbox is { State: SandboxState.Ready } ready ? ready : null;

    public ContainerStatus? Newest(string name) => Containers[name].FirstOrDefault();

    /// <summary>The newest, unless it belongs to a sandbox that is gone, or to the time before all were to start anew.</summary>
    public ContainerStatus? InSandbox(string name) => Newest(name) is { } newest && newest.SandboxId == Sandbox?.Id && !RestartAll.IsStale(this, newest) ? newest : null;

    public bool IsRunning(string name) => Newest(name) is { State: ContainerState.Running };

    /// <summary>It has run, now or before; a start whose postStart hook is not over does not count.</summary>
    public bool HasBegun(PodContainer container) =>
        Containers[container.Name].Skip(Memory.Starting.Contains(container.Name) && Newest(container.Name) is not { State: ContainerState.Exited } ? 1 : 0).Any(run => run.State is ContainerState.Running or ContainerState.Exited);

    /// <summary>
    /// Nothing of a deleted pod runs any more, but it is not over yet: its last status stands for that moment, so that the end
    /// of its containers and its own are told as one.
    /// </summary>
    public bool IsAllButOver =>
        Pod.IsDeleted && Memory is { TerminatingWith: not null, Terminated: false } && Memory.Starting.IsEmpty
        && Containers.Count > 0 && !Containers.Any(runs => runs.Any(run => run.State == ContainerState.Running));

    /// <summary>It has ended, and nothing wants it again.</summary>
    public bool IsOver(PodContainer container) => Newest(container.Name) is { State: ContainerState.Exited } ended && !IsWanted(container, ended);

    /// <summary>It has ended, and is wanted again.</summary>
    public bool Restarts(PodContainer container) => Newest(container.Name) is { State: ContainerState.Exited } ended && IsWanted(container, ended);

    /// <summary>An init container has done its work for the present sandbox.</summary>
    public bool HasSucceeded(PodContainer container) => InSandbox(container.Name) is { State: ContainerState.Exited, ExitCode: 0 };

    /// <summary>It runs, its postStart hook is over and its startup probe has succeeded.</summary>
    public bool IsStarted(PodContainer container) =>
        Newest(container.Name) is { State: ContainerState.Running } running && !Memory.Starting.Contains(container.Name) && Verdict(container, running.Id).Started;

    public bool IsReady(PodContainer container) => IsStarted(container) && Verdict(container, Newest(container.Name)!.Id).Ready;

    /// <summary>Of a run that no probe has looked at yet: what is not asked for is given.</summary>
    public ProbeVerdict Verdict(PodContainer container, string id) =>
        Probes.TryGetValue(id, out var found) ? found : ProbeVerdict.Before(container.Spec);

    /// <summary>An app container has begun in the present sandbox: init containers are behind it.</summary>
    public bool IsInitialized => Pod.Apps.Any(app => InSandbox(app.Name) is not null) || (Sandbox is not null && Pod.Inits.All(IsBehind));

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
            .Where(sandbox => sandbox.Config.Owner.Length == 0 && sandbox.Config.Uid == uid && sandbox.Config.Labels.ContainsKey(Labels.Owner))
            .OrderByDescending(sandbox => sandbox.Config.Attempt);

    public static IEnumerable<ContainerStatus> ContainersOf(string uid, ContainerRuntime runtime) =>
        runtime.ListContainers()
            .Where(container => container.Config.Labels.GetValueOrDefault(Labels.PodUid) == uid && container.Config.Labels.ContainsKey(Labels.Owner))
            .OrderByDescending(container => container.Config.Attempt)
            .ThenByDescending(container => container.CreatedAt);

    private bool IsWanted(PodContainer container, ContainerStatus ended) =>
        Memory.WantedAgain.Contains(ended.Id) || (container.Role != ContainerRole.Ephemeral && RestartAll.IsStale(this, ended)) || RestartRules.Restarts(Pod.Spec, container, ended.ExitCode);

    private bool IsBehind(PodContainer init) => init.Role == ContainerRole.Sidecar ? IsStarted(init) : HasSucceeded(init);
}
