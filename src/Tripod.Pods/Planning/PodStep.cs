namespace Tripod.Pods.Planning;

/// <summary>One thing to do for a pod. Each can be done again after it was cut off half-way.</summary>
internal abstract record PodStep
{
    public sealed record Schedule : PodStep;

    /// <summary>Looked at once, before anything of the pod is made: what the node cannot take fails.</summary>
    public sealed record Admit : PodStep;

    /// <summary>Writes down what a pod has that was taken before this was written down.</summary>
    public sealed record AssumeGranted : PodStep;

    /// <summary>The spec asks for other resources than were granted: it is looked for room.</summary>
    public sealed record DecideResize : PodStep;

    /// <summary>Limits are written that follow from what was granted.</summary>
    public sealed record Resize : PodStep;

    /// <summary>All is as it was granted: said once.</summary>
    public sealed record NoteResized(long Generation) : PodStep;

    public sealed record SetUpVolumes : PodStep;

    /// <param name="Why">Null for a pod's first sandbox.</param>
    public sealed record RunSandbox(int Attempt, string? Why) : PodStep;

    public sealed record StartContainer(PodContainer Container, int Attempt, int InARow) : PodStep;

    /// <summary>One container alone; the pod goes on.</summary>
    /// <param name="Again">It is started anew, whatever its exit code will be.</param>
    /// <param name="Hooks">Its preStop hook runs before.</param>
    public sealed record KillContainer(PodContainer Container, string ContainerId, string Message, TimeSpan Grace, bool Again, bool Hooks = true) : PodStep;

    /// <summary>Says that a failed pull is being waited out (ImagePullBackOff, with its events).</summary>
    public sealed record NotePullBackOff(PodContainer Container) : PodStep;

    /// <summary>An ended container that neither <c>lastState</c> nor <c>logs --previous</c> needs any more.</summary>
    public sealed record RemoveContainer(string ContainerId) : PodStep;

    /// <summary>All containers have ended for good: pause and its network are let go.</summary>
    public sealed record StopSandbox(string SandboxId) : PodStep;

    /// <summary>The pod is over: its volumes go, as the disk may be what was short. Logs and messages stay.</summary>
    public sealed record ReleaseVolumes : PodStep;

    public sealed record RemoveSandbox(string SandboxId) : PodStep;

    /// <summary>Stops everything within the grace period; asked again with a shorter one, sooner.</summary>
    /// <param name="Why">Null where the pod was deleted or is done; else said in an event.</param>
    public sealed record Terminate(TimeSpan Grace, PodEnd? Why = null) : PodStep;

    /// <summary>Nothing of it runs any more: directories go, then the object.</summary>
    public sealed record Forget : PodStep;
}

/// <param name="WakeAt">When to look again though nothing happens; null: only when woken.</param>
internal sealed record PodDecision(IReadOnlyList<PodStep> Steps, DateTimeOffset? WakeAt);
