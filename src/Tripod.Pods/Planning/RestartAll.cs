using Tripod.Runtime.Containers;

namespace Tripod.Pods.Planning;

/// <summary>
/// A container whose end, by one of its rules, starts the whole pod anew: all that runs is stopped, without preStop hooks,
/// then everything begins again from the first init container, in the same sandbox (KEP-5532). Asked by <see cref="PodPlan"/>. Pure.
/// </summary>
internal static class RestartAll
{
    public const string Condition = "AllContainersRestarting", Started = "RestartAllContainersStarted", Why = "container exited with restart policy rule";

    /// <summary>A rule of the pod's may ask for it.</summary>
    public static bool IsPossible(PodView pod) =>
        pod.Containers.Any(container => container.Spec.RestartPolicyRules?.Any(rule => rule.Action == RestartRules.All) == true);

    /// <summary>The last run in the present sandbox that asked for it by its end.</summary>
    public static ContainerStatus? Cause(PodObservation seen) => !IsPossible(seen.Pod) ? null : Containers(seen)
        .SelectMany(container => seen.Containers[container.Name].Where(run => run.State == ContainerState.Exited && run.SandboxId == seen.Sandbox?.Id && RestartRules.ActionOf(container, run.ExitCode) == RestartRules.All))
        .MaxBy(run => run.FinishedAt);

    /// <summary>The run belongs to the time before the last of these ends: it does not count any more.</summary>
    public static bool IsStale(PodObservation seen, ContainerStatus run) =>
        Cause(seen) is { } cause && run.SandboxId == cause.SandboxId && run.CreatedAt <= cause.FinishedAt;

    /// <summary>Nothing of the new round has been made yet, or something of the old one still runs.</summary>
    public static bool IsUnderWay(PodObservation seen)
    {
        var newest = Containers(seen).Select(container => seen.Newest(container.Name)).OfType<ContainerStatus>().ToList();
        var stale = newest.Where(run => IsStale(seen, run)).ToList();
        return stale.Exists(run => run.State == ContainerState.Running) || (stale.Count > 0 && stale.Count == newest.Count);
    }

    /// <summary>Whether a run must be kept for what its end asks for.</summary>
    public static bool Needs(PodObservation seen, ContainerStatus run) =>
        Cause(seen)?.Id == run.Id && Containers(seen).Any(container => seen.Newest(container.Name) is { } newest && IsStale(seen, newest));

    /// <returns>True as long as nothing may be started.</returns>
    public static bool Holds(PodObservation seen, List<PodStep> steps, WakeTime wake)
    {
        if (Cause(seen) is not { } cause || !IsUnderWay(seen))
        {
            return false;
        }

        var running = Containers(seen).Where(container => seen.Newest(container.Name) is { State: ContainerState.Running } run && IsStale(seen, run)).ToList();
        steps.AddRange(running.Where(container => !seen.Memory.IsBusy(container.Name)).Select(container => new PodStep.KillContainer(
            container, seen.Newest(container.Name)!.Id, $"Container {container.Name} is restarted with all containers of its pod", seen.Pod.Grace, Again: true, Hooks: false)));
        return running.Count > 0 || !seen.Memory.Stopping.IsEmpty
            || wake.WaitsFor(cause.FinishedAt + RestartBackoff.Delay(RestartBackoff.NextInARow(cause)));
    }

    private static IEnumerable<PodContainer> Containers(PodObservation seen) => seen.Pod.Containers.Where(container => container.Role != ContainerRole.Ephemeral);
}
