using Tripod.Runtime.Containers;

namespace Tripod.Pods.Planning;

/// <summary>
/// Decides what is to be done next for a pod, from what is wanted and what is observed; does nothing itself. The worker
/// hands it an observation and carries out the steps; what one container needs is asked of <see cref="ContainerPlan"/>.
/// </summary>
internal static class PodPlan
{
    /// <summary>A pod that runs is looked at this often even if nothing was heard: a lost event costs time, never truth.</summary>
    private static readonly TimeSpan Resync = TimeSpan.FromMinutes(1);

    public static PodDecision Decide(PodObservation seen, DateTimeOffset now)
    {
        var steps = new List<PodStep>();
        var wake = new WakeTime(now);
        if (seen.Pod.IsDeleted || seen.Gone)
        {
            Delete(seen, steps);
        }
        else if (string.IsNullOrEmpty(seen.Pod.Spec.NodeName))
        {
            // Whoever names another scheduler is that one's to bind.
            if (seen.Pod.Spec.SchedulerName is null or "" or Cluster.Scheduler.Name && !wake.WaitsFor(seen.Memory.Scheduling?.RetryAt))
            {
                steps.Add(new PodStep.Schedule());
            }
        }
        else if (seen.Pod.Spec.NodeName == seen.NodeName)
        {
            if (seen.Pod.IsTerminal)
            {
                LetGo(seen, steps);
                Release(seen, steps);
            }
            else if (PodEnd.Of(seen.Pod, now) is { } end)
            {
                End(seen, end, seen.Memory.EvictedWithin ?? end.Grace, steps);
            }
            else if (PodEnd.IsDone(seen))
            {
                End(seen, null, seen.Pod.Grace, steps);
            }
            else
            {
                Run(seen, steps, wake, now);
                wake.WaitsFor(PodEnd.Deadline(seen.Pod));
                wake.WaitsFor(now + Resync);
            }

            Tidy(seen, steps);
        }

        return new(steps, wake.At);
    }

    private static void Delete(PodObservation seen, List<PodStep> steps)
    {
        var grace = seen.Gone ? TimeSpan.Zero : seen.Pod.DeletionGrace;
        if (seen.Memory.Terminated)
        {
            steps.Add(new PodStep.Forget());
        }
        else if (seen.Memory.TerminatingWith is not { } begun || grace < begun)
        {
            steps.Add(new PodStep.Terminate(grace));
        }
    }

    /// <summary>What still runs of a pod whose time is over, or whose app is done, is stopped; then its sandbox goes.</summary>
    private static void End(PodObservation seen, PodEnd? why, TimeSpan grace, List<PodStep> steps)
    {
        if (seen.Memory.Starting.IsEmpty && !seen.Pod.Containers.Any(container => seen.IsRunning(container.Name)))
        {
            LetGo(seen, steps);
        }
        else if (seen.Memory.TerminatingWith is not { } begun || grace < begun)
        {
            steps.Add(new PodStep.Terminate(grace, why));
        }
    }

    private static void LetGo(PodObservation seen, List<PodStep> steps)
    {
        if (seen.ReadySandbox is { } sandbox)
        {
            steps.Add(new PodStep.StopSandbox(sandbox.Id));
        }
    }

    /// <summary>A pod that was evicted keeps nothing on the disk; one that ended keeps its containers, for their logs.</summary>
    private static void Release(PodObservation seen, List<PodStep> steps)
    {
        if (seen.ReadySandbox is not null || !seen.Memory.Starting.IsEmpty)
        {
            return;
        }

        if (seen.Pod.Object.Status?.Reason == PodEnd.Evicted)
        {
            steps.AddRange(seen.Containers.SelectMany(runs => runs).Where(run => run.State != ContainerState.Running).Select(run => new PodStep.RemoveContainer(run.Id)));
        }

        if (!seen.Memory.Released)
        {
            steps.Add(new PodStep.ReleaseVolumes());
        }
    }

    private static void Run(PodObservation seen, List<PodStep> steps, WakeTime wake, DateTimeOffset now)
    {
        if (!seen.Memory.Admitted && seen.Sandboxes.Count == 0)
        {
            if (wake.WaitsFor(seen.Memory.Admission?.RetryAt))
            {
                return;
            }

            steps.Add(new PodStep.Admit());
        }

        if (seen.Sandboxes.Count > 0)
        {
            ResizeSteps.Add(seen, steps, wake);
        }

        if (!seen.Memory.VolumesReady || (seen.Memory.VolumesAgain is { } again && !wake.WaitsFor(again)))
        {
            if (!wake.WaitsFor(seen.Memory.Volumes?.RetryAt))
            {
                steps.Add(new PodStep.SetUpVolumes());
            }
            else if (!seen.Memory.VolumesOnce)
            {
                return;
            }
        }

        if (seen.ReadySandbox is null)
        {
            if (seen.Memory.Starting.IsEmpty && !wake.WaitsFor(seen.Memory.Sandbox?.RetryAt))
            {
                steps.Add(new PodStep.RunSandbox(
                    (seen.Sandbox?.Config.Attempt ?? -1) + 1,
                    seen.Sandbox is null ? null : "Pod sandbox changed, it will be killed and re-created."));
            }

            return;
        }

        if (RestartAll.Holds(seen, steps, wake))
        {
            return;
        }

        foreach (var container in StartOrder.Of(seen))
        {
            ContainerPlan.Decide(container, seen, steps, wake, now);
        }
    }

    /// <summary>Of each container the newest and the one before it are kept, of sandboxes the newest.</summary>
    private static void Tidy(PodObservation seen, List<PodStep> steps)
    {
        steps.AddRange(seen.Containers
            .SelectMany(containers => containers.Skip(2))
            .Where(container => container.State != ContainerState.Running && !RestartAll.Needs(seen, container))
            .Select(container => new PodStep.RemoveContainer(container.Id)));

        var kept = seen.Containers.SelectMany(containers => containers.Take(2)).Select(container => container.SandboxId).ToHashSet();
        steps.AddRange(seen.Sandboxes.Skip(1)
            .Where(sandbox => !kept.Contains(sandbox.Id))
            .Select(sandbox => new PodStep.RemoveSandbox(sandbox.Id)));
    }
}
