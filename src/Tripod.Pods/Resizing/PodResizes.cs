using System.Collections.Concurrent;
using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Cluster;
using Tripod.Pods.Events;
using Tripod.Store;

namespace Tripod.Pods.Resizing;

/// <summary>Why a resize has not been granted.</summary>
/// <param name="Reason"><c>Deferred</c>: there may be room later. <c>Infeasible</c>: this node will never have it.</param>
/// <param name="Generation">Of the spec that asks for it.</param>
/// <param name="LookedAt">When it was last tried.</param>
/// <param name="RetryAt">When it is tried again though nothing has happened; null: never.</param>
internal sealed record PendingResize(string Reason, string Message, long Generation, DateTimeOffset LookedAt, DateTimeOffset? RetryAt);

/// <summary>
/// Grants resizes for which the node has room, and says of the others why it has not. One at a time, so that no two pods get
/// the same room; those that wait are looked at in the kubelet's order. Asked by workers; hands on to <see cref="ResizePod"/>
/// by what it writes down.
/// </summary>
internal sealed class PodResizes(ObjectStore store, string nodeName, Allocations allocations, Scheduler scheduler, EventRecorder events, TimeProvider clock)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(3);

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, PendingResize> pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> begun = new(StringComparer.Ordinal);

    public PendingResize? Pending(string uid) => pending.GetValueOrDefault(uid);

    /// <summary>The generation whose resize has been granted and is not known to be carried out.</summary>
    public long? Begun(string uid) => begun.TryGetValue(uid, out var generation) ? generation : null;

    public void Completed(string uid) => begun.TryRemove(uid, out _);

    public void Forget(string uid)
    {
        pending.TryRemove(uid, out _);
        begun.TryRemove(uid, out _);
        allocations.Forget(uid);
    }

    /// <summary>The pods that count on this node, each with what it has been granted.</summary>
    public IReadOnlyList<PodView> OnNode() => [.. scheduler.OnNode().Select(pod => new PodView(pod.Stored, allocations.Of(pod.Uid)))];

    /// <summary>What the node takes with a new pod is what the pod asks for at that moment.</summary>
    /// <returns>What keeps it from being taken; null where it was.</returns>
    public (string Reason, string Message)? Take(PodView pod, Func<IReadOnlyList<V1PodSpec>, (string, string)?> refuse)
    {
        lock (gate)
        {
            var others = OnNode().Where(other => other.Uid != pod.Uid && other.Object.Status?.StartTime is not null).Select(other => other.Spec).ToList();
            if (refuse(others) is { } why)
            {
                return why;
            }

            if (allocations.Of(pod.Uid) is null)
            {
                // One that an engine before this one took keeps what it got: more is a resize's to ask for.
                allocations.Set(pod.Uid, PodAllocation.Of(pod.Stored));
            }

            return null;
        }
    }

    /// <summary>A pod that an engine without this knowledge has taken has what it asked for.</summary>
    public void Assume(PodView pod) => allocations.Set(pod.Uid, PodAllocation.Of(pod.Stored));

    /// <summary>Looks at every resize that is not granted yet.</summary>
    /// <returns>The uids of pods for which something is new.</returns>
    public IReadOnlyList<string> Decide()
    {
        lock (gate)
        {
            var changed = new List<string>();
            var node = store.Get(ResourceKeys.Of("nodes", null, nodeName))?.View(Views.Parse<V1Node>);
            var room = ResourceFit.Amounts(node?.Status?.Allocatable);
            var pods = OnNode().ToDictionary(pod => pod.Uid);
            foreach (var done in pending.Keys.Where(uid => !pods.TryGetValue(uid, out var pod) || !pod.WaitsForResize))
            {
                pending.TryRemove(done, out _);
                changed.Add(done);
            }

            foreach (var pod in ResizeOrder.Of(pods.Values.Where(pod => pod.WaitsForResize && !pod.IsDeleted)))
            {
                var others = pods.Values.Where(other => other.Uid != pod.Uid).Select(other => other.Spec).ToList();
                if (ResizeFit.Refuse(pod.Desired, others, room) is var (reason, message))
                {
                    Defer(pod, reason, message, changed);
                }
                else
                {
                    Grant(pod, changed);
                    pods[pod.Uid] = new PodView(pod.Stored, allocations.Of(pod.Uid));
                }
            }

            return changed;
        }
    }

    private void Grant(PodView pod, List<string> changed)
    {
        var generation = pod.Object.Metadata.Generation ?? 1;
        allocations.Set(pod.Uid, PodAllocation.Of(pod.Stored));
        pending.TryRemove(pod.Uid, out _);
        begun[pod.Uid] = generation;
        events.Normal(EventTarget.Of(pod), "ResizeStarted", ResizeMessages.Of("Pod resize started", pod.Desired.Spec, generation));
        changed.Add(pod.Uid);
    }

    private void Defer(PodView pod, string reason, string message, List<string> changed)
    {
        var generation = pod.Object.Metadata.Generation ?? 1;
        var before = pending.GetValueOrDefault(pod.Uid);
        var now = clock.GetUtcNow();
        pending[pod.Uid] = new(reason, message, generation, now, reason == ResizeFit.Deferred ? now + RetryDelay : null);
        if (before is null || before.Reason != reason || before.Message != message || before.Generation != generation)
        {
            changed.Add(pod.Uid);
            if (!WasTold(pod, before, reason, message, generation))
            {
                events.Warning(EventTarget.Of(pod), reason == ResizeFit.Infeasible ? "ResizeInfeasible" : "ResizeDeferred", ResizeMessages.Of($"Pod resize {reason}", pod.Desired.Spec, generation, message));
            }
        }
    }

    /// <summary>An engine before this one may have said so already: it stands in the status then.</summary>
    private static bool WasTold(PodView pod, PendingResize? before, string reason, string message, long generation) =>
        before is null && pod.Object.Status?.Conditions?.Any(condition =>
            condition.Type == "PodResizePending" && condition.Reason == reason && condition.Message == message && condition.ObservedGeneration == generation) == true;
}
