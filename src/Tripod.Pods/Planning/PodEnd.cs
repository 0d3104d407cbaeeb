using Tripod.Runtime.Containers;

namespace Tripod.Pods.Planning;

/// <summary>Why a pod is brought to its end though nobody deleted it, and how long its containers may take.</summary>
internal sealed record PodEnd(string Reason, string Message, TimeSpan Grace)
{
    public const string DeadlineExceeded = "DeadlineExceeded", Evicted = "Evicted", Preempting = "Preempting";

    private const string TooLong = "Pod was active on the node longer than the specified deadline";

    /// <summary>Null for a pod that goes on. An eviction stands in the status before anything is stopped, so that another engine goes on with it.</summary>
    public static PodEnd? Of(PodView pod, DateTimeOffset now)
    {
        var status = pod.Object.Status;
        return status?.Reason is Evicted or Preempting ? new(status.Reason, status.Message ?? "", TimeSpan.Zero)
            : status?.Reason == DeadlineExceeded || (Deadline(pod) is { } deadline && deadline <= now) ? new(DeadlineExceeded, TooLong, pod.Grace)
            : null;
    }

    /// <summary>When activeDeadlineSeconds are over; null for a pod without, or one that has not begun.</summary>
    public static DateTimeOffset? Deadline(PodView pod) =>
        pod.Spec.ActiveDeadlineSeconds is { } seconds && pod.Object.Status?.StartTime is { } start ? new DateTimeOffset(start.ToUniversalTime()).AddSeconds(seconds) : null;

    /// <summary>All app containers have ended and none is wanted again; or an init container failed for good.</summary>
    public static bool IsDone(PodObservation seen) =>
        seen.Memory.Starting.IsEmpty && (HasFailedInit(seen) || seen.Pod.Apps.All(seen.IsOver));

    public static bool HasFailedInit(PodObservation seen) => seen.Pod.Inits.Any(init =>
        init.Role == ContainerRole.Init && seen.IsOver(init) && seen.Newest(init.Name) is { State: ContainerState.Exited, ExitCode: not 0 });
}
