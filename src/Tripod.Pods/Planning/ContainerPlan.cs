using Tripod.Pods.Resizing;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Planning;

/// <summary>Decides what one container that may run needs next. Handed containers by <see cref="PodPlan"/>. Pure.</summary>
internal static class ContainerPlan
{
    /// <summary>How long ErrImagePull is shown before it becomes ImagePullBackOff.</summary>
    private static readonly TimeSpan PullErrorShown = TimeSpan.FromSeconds(3);

    public static void Decide(PodContainer container, PodObservation seen, List<PodStep> steps, WakeTime wake, DateTimeOffset now)
    {
        var name = container.Name;
        var trouble = seen.Memory.Containers.GetValueOrDefault(name);
        if (seen.Memory.IsBusy(name))
        {
            return;
        }

        if (trouble is { Reason: "ErrImagePull" } && !wake.WaitsFor(trouble.Since + PullErrorShown))
        {
            steps.Add(new PodStep.NotePullBackOff(container));
        }

        if (trouble is not null && wake.WaitsFor(trouble.RetryAt))
        {
            return;
        }

        switch (seen.Newest(name))
        {
            case null:
                steps.Add(new PodStep.StartContainer(container, 0, 0));
                break;
            case { State: ContainerState.Created } created:
                // Its start was cut off: the same container is started, not another.
                steps.Add(new PodStep.StartContainer(container, created.Config.Attempt, 0));
                break;
            case { State: ContainerState.Running } running when WhyKilled(container, seen, running) is { } kill:
                steps.Add(kill);
                break;
            case { State: ContainerState.Exited } ended when IsWantedAgain(container, seen, ended):
                Restart(container, seen, ended, steps, wake, now);
                break;
        }
    }

    /// <summary>How long an ended container has to wait for its next start, and until when it does.</summary>
    public static (TimeSpan Delay, DateTimeOffset Until) BackOff(PodObservation seen, ContainerStatus ended)
    {
        var delay = RestartBackoff.Delay(InARow(seen, ended));
        return (delay, (ended.FinishedAt ?? DateTimeOffset.MinValue) + delay);
    }

    private static bool IsWantedAgain(PodContainer container, PodObservation seen, ContainerStatus ended) =>
        seen.Restarts(container)
        || (container.Role == ContainerRole.Init && seen.InSandbox(container.Name) is null)
        || IsChanged(ended, container);

    private static void Restart(PodContainer container, PodObservation seen, ContainerStatus ended, List<PodStep> steps, WakeTime wake, DateTimeOffset now)
    {
        var inARow = InARow(seen, ended);
        // An end in what is yet to come: the clock was set back, and holds nothing up for as long as that.
        var since = ended.FinishedAt is { } finished && finished <= now ? finished : now - RestartBackoff.Delay(inARow);
        if (IsChanged(ended, container) || (seen.Memory.WantedAgain.Contains(ended.Id) && ResizeRestarts(container, seen, ended)) || !wake.WaitsFor(since + RestartBackoff.Delay(inARow)))
        {
            steps.Add(new PodStep.StartContainer(container, ended.Config.Attempt + 1, inARow));
        }
    }

    private static PodStep.KillContainer? WhyKilled(PodContainer container, PodObservation seen, ContainerStatus running)
    {
        var (name, grace) = (container.Name, seen.Pod.Grace);
        if (IsChanged(running, container))
        {
            return new(container, running.Id, $"Container {name} definition changed, will be restarted", grace, Again: true);
        }

        if (ResizeRestarts(container, seen, running))
        {
            return new(container, running.Id, $"Container {name} resize requires restart", grace, Again: true);
        }

        if (seen.Verdict(container, running.Id).Failed is not { Length: > 0 } probe)
        {
            return null;
        }

        var own = (probe == "startup" ? container.Spec.StartupProbe : container.Spec.LivenessProbe)?.TerminationGracePeriodSeconds;
        var again = RestartRules.MayRestart(seen.Pod.Spec, container);
        return new(
            container, running.Id, $"Container {name} failed {probe} probe{(again ? ", will be restarted" : "")}",
            own is { } seconds ? TimeSpan.FromSeconds(seconds) : grace, again);
    }

    /// <summary>What ended with its sandbox, or before it, has not crashed in the new one; nor what was stopped to start anew with all others.</summary>
    private static int InARow(PodObservation seen, ContainerStatus ended) =>
        (seen.ReadySandbox is { } sandbox && sandbox.Id != ended.SandboxId) || (RestartAll.IsStale(seen, ended) && RestartAll.Cause(seen)!.Id != ended.Id) ? 0 : RestartBackoff.NextInARow(ended);

    /// <summary>It runs, or has just run, with other limits than were granted, and its policy wants a new start for them.</summary>
    private static bool ResizeRestarts(PodContainer container, PodObservation seen, ContainerStatus made) =>
        container.RunsOn && ResizeState.NeedsRestart(container, made.Config.Resources, Starting.Resources.Of(seen.Pod.Spec, container, seen.MachineMemory));

    private static bool IsChanged(ContainerStatus made, PodContainer container) =>
        made.Config.Annotations.TryGetValue(Labels.SpecImage, out var image) && image != container.Spec.Image;
}
