using k8s.Models;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Planning;

/// <summary>
/// Decides what is to be done next for a pod, from what is wanted and what is observed; does nothing itself. The worker
/// hands it an observation and carries out the steps.
/// </summary>
internal static class PodPlan
{
    /// <summary>How long ErrImagePull is shown before it becomes ImagePullBackOff.</summary>
    private static readonly TimeSpan PullErrorShown = TimeSpan.FromSeconds(3);

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
            if (!wake.WaitsFor(seen.Memory.Scheduling?.RetryAt))
            {
                steps.Add(new PodStep.Schedule());
            }
        }
        else if (seen.Pod.Spec.NodeName == seen.NodeName)
        {
            if (seen.Pod.IsTerminal || IsDone(seen))
            {
                LetGo(seen, steps);
            }
            else
            {
                Run(seen, steps, wake, now);
                wake.WaitsFor(now + Resync);
            }

            Tidy(seen, steps);
        }

        return new(steps, wake.At);
    }

    /// <summary>All app containers have ended and the restart policy wants none of them back; or an init container failed for good.</summary>
    public static bool IsDone(PodObservation seen) =>
        seen.Memory.Starting.IsEmpty
        && (seen.InitContainers.Any(container => seen.Newest(container.Name) is { State: ContainerState.Exited, ExitCode: not 0 } && !Restarts(seen, container.Name))
            || seen.Pod.Spec.Containers.All(container => seen.Newest(container.Name) is { State: ContainerState.Exited } && !Restarts(seen, container.Name)));

    /// <summary>Whether the pod's restart policy wants an ended container started again.</summary>
    public static bool Restarts(PodObservation seen, string name) => seen.Pod.Spec.RestartPolicy switch
    {
        "Never" => false,
        "OnFailure" => !seen.HasSucceeded(name),
        _ => true,
    };

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

    private static void LetGo(PodObservation seen, List<PodStep> steps)
    {
        if (seen.ReadySandbox is { } sandbox)
        {
            steps.Add(new PodStep.StopSandbox(sandbox.Id));
        }
    }

    private static void Run(PodObservation seen, List<PodStep> steps, WakeTime wake, DateTimeOffset now)
    {
        if (!seen.Memory.VolumesReady)
        {
            if (wake.WaitsFor(seen.Memory.Volumes?.RetryAt))
            {
                return;
            }

            steps.Add(new PodStep.SetUpVolumes());
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

        foreach (var container in Startable(seen))
        {
            Keep(container, seen, steps, wake, now);
        }
    }

    /// <summary>Init containers one after the other, each once to success; then all app containers side by side.</summary>
    private static IEnumerable<V1Container> Startable(PodObservation seen)
    {
        var begun = seen.Pod.Spec.Containers.Any(container => seen.Newest(container.Name) is not null);
        var next = begun ? null : seen.InitContainers.FirstOrDefault(container => !seen.HasSucceeded(container.Name));
        return next is null ? seen.Pod.Spec.Containers : [next];
    }

    private static void Keep(V1Container container, PodObservation seen, List<PodStep> steps, WakeTime wake, DateTimeOffset now)
    {
        var name = container.Name;
        var trouble = seen.Memory.Containers.GetValueOrDefault(name);
        if (seen.Memory.Starting.Contains(name))
        {
            return;
        }

        if (trouble is { Reason: "ErrImagePull" } && !wake.WaitsFor(trouble.Since + PullErrorShown))
        {
            steps.Add(new PodStep.NotePullBackOff(name));
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
            case { State: ContainerState.Running } running when ImageChanged(running, container):
                steps.Add(new PodStep.KillContainer(name, running.Id, $"Container {name} definition changed, will be restarted"));
                break;
            case { State: ContainerState.Created } created:
                // Its start was cut off: the same container is started, not another.
                steps.Add(new PodStep.StartContainer(container, created.Config.Attempt, 0));
                break;
            case { State: ContainerState.Exited } ended when Restarts(seen, name) || ImageChanged(ended, container):
                var inARow = InARow(seen, ended);
                if (ImageChanged(ended, container) || !wake.WaitsFor((ended.FinishedAt ?? now) + RestartBackoff.Delay(inARow)))
                {
                    steps.Add(new PodStep.StartContainer(container, ended.Config.Attempt + 1, inARow));
                }

                break;
        }
    }

    /// <summary>How long an ended container has to wait for its next start, and since when it does.</summary>
    public static (TimeSpan Delay, DateTimeOffset Until) BackOff(PodObservation seen, ContainerStatus ended)
    {
        var delay = RestartBackoff.Delay(InARow(seen, ended));
        return (delay, (ended.FinishedAt ?? DateTimeOffset.MinValue) + delay);
    }

    /// <summary>What ended with its sandbox, or before it, has not crashed in the new one.</summary>
    private static int InARow(PodObservation seen, ContainerStatus ended) =>
        seen.ReadySandbox is { } sandbox && sandbox.Id != ended.SandboxId ? 0 : RestartBackoff.NextInARow(ended);

    private static bool ImageChanged(ContainerStatus running, V1Container container) =>
        running.Config.Annotations.TryGetValue(Labels.SpecImage, out var image) && image != container.Image;

    /// <summary>Of each container the newest and the one before it are kept, of sandboxes the newest.</summary>
    private static void Tidy(PodObservation seen, List<PodStep> steps)
    {
        steps.AddRange(seen.Containers
            .SelectMany(containers => containers.Skip(2))
            .Where(container => container.State != ContainerState.Running)
            .Select(container => new PodStep.RemoveContainer(container.Id)));

        var kept = seen.Containers.SelectMany(containers => containers.Take(2)).Select(container => container.SandboxId).ToHashSet();
        steps.AddRange(seen.Sandboxes.Skip(1)
            .Where(sandbox => !kept.Contains(sandbox.Id))
            .Select(sandbox => new PodStep.RemoveSandbox(sandbox.Id)));
    }

    /// <summary>The earliest of the moments that something has to wait for.</summary>
    private sealed class WakeTime(DateTimeOffset now)
    {
        public DateTimeOffset? At { get; private set; }

        public bool WaitsFor(DateTimeOffset? moment)
        {
            if (moment is not { } then || then <= now)
            {
                return false;
            }

            At = At is null || then < At ? then : At;
            return true;
        }
    }
}
