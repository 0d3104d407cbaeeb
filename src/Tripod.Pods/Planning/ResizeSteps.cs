using k8s.Models;
using Tripod.Pods.Resizing;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Planning;

/// <summary>Decides what is to be done about a running pod's resources. Asked by <see cref="PodPlan"/>; containers that must be started anew for theirs are <see cref="ContainerPlan"/>'s. Pure.</summary>
internal static class ResizeSteps
{
    public const string InProgress = "PodResizeInProgress", Pending = "PodResizePending";

    /// <summary>A refusal that may pass (memory in use) is tried again after the kubelet's time.</summary>
    public static readonly TimeSpan ErrorDelay = TimeSpan.FromSeconds(10);

    public static void Add(PodObservation seen, List<PodStep> steps, WakeTime wake)
    {
        if (!seen.IsGranted)
        {
            steps.Add(new PodStep.AssumeGranted());
            return;
        }

        if (seen.Pod.WaitsForResize && IsDue(seen, wake))
        {
            steps.Add(new PodStep.DecideResize());
        }
        else if (!seen.Pod.WaitsForResize && seen.ResizePending is not null)
        {
            // Taken back: what is asked for is what there is.
            steps.Add(new PodStep.DecideResize());
        }

        if (seen.ReadySandbox is null)
        {
            return;
        }

        if (DueResize.Of(seen).Writes.Count > 0)
        {
            if (!wake.WaitsFor(seen.Memory.Resizing?.RetryAt))
            {
                steps.Add(new PodStep.Resize());
            }
        }
        else if (!ResizeState.IsUnderWay(seen) && !IsRestarting(seen) && Begun(seen) is { } generation)
        {
            steps.Add(new PodStep.NoteResized(generation));
        }
    }

    /// <summary>The generation that is being carried out; an engine before this one may have begun it.</summary>
    public static long? Begun(PodObservation seen) => seen.ResizeBegun
        ?? (Condition(seen, InProgress) is { } told ? told.ObservedGeneration ?? seen.Pod.Object.Metadata.Generation ?? 1 : null);

    public static V1PodCondition? Condition(PodObservation seen, string type) => seen.Pod.Object.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    private static bool IsRestarting(PodObservation seen) =>
        !seen.Memory.Stopping.IsEmpty || !seen.Memory.Starting.IsEmpty
        || seen.Pod.Containers.Any(container => seen.Newest(container.Name) is { State: ContainerState.Exited } ended && seen.Memory.WantedAgain.Contains(ended.Id));

    private static bool IsDue(PodObservation seen, WakeTime wake) =>
        seen.ResizePending is not { } pending || pending.Generation != (seen.Pod.Object.Metadata.Generation ?? 1)
        || (pending.RetryAt is { } again && !wake.WaitsFor(again));
}
