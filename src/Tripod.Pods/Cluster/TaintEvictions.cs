using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>
/// Deletes the pods that do not tolerate the node's NoExecute taints, at once or when the time is over for which they do
/// (Kubernetes: taint-based evictions). The pod engine hands it the node and every pod as they change.
/// </summary>
internal sealed class TaintEvictions(ObjectStore store, string nodeName, EventRecorder events, TimeProvider clock) : IDisposable
{
    private const string Component = "taint-eviction-controller", Reason = "TaintManagerEviction";

    private readonly Lock gate = new();
    private readonly Dictionary<string, Waiting> waiting = new(StringComparer.Ordinal);
    private IReadOnlyList<V1Taint> taints = [];

    /// <summary>A pod's time counts from when it was first seen beside such a taint.</summary>
    private sealed record Waiting(DateTimeOffset Since, DateTimeOffset Due, ITimer Timer);

    /// <param name="node">The machine's own; null where it has been deleted.</param>
    public void OnNode(V1Node? node)
    {
        lock (gate)
        {
            var now = (node?.Spec?.Taints ?? []).Where(taint => taint.Effect == "NoExecute").ToList();
            if (now.Count == 0 && taints.Count == 0)
            {
                return;
            }

            taints = now;
        }

        foreach (var stored in store.List(ResourceKeys.Prefix("pods")).Objects)
        {
            OnPod(new PodView(stored));
        }
    }

    public void OnPod(PodView pod)
    {
        lock (gate)
        {
            if (pod.Spec.NodeName != nodeName || pod.IsTerminal || pod.IsDeleted)
            {
                Forget(pod.Uid);
                return;
            }

            switch (NodeFit.MayStay(pod.Spec, taints))
            {
                case null:
                    if (Forget(pod.Uid))
                    {
                        events.Add(EventTarget.Of(pod), "Normal", Reason, $"Cancelling deletion of Pod {pod.Namespace}/{pod.Name}", Component);
                    }

                    break;
                case { Ticks: 0 }:
                    Evict(pod);
                    break;
                case { } time:
                    Wait(pod, time);
                    break;
            }
        }
    }

    public void OnGone(string uid)
    {
        lock (gate)
        {
            Forget(uid);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var one in waiting.Values)
            {
                one.Timer.Dispose();
            }

            waiting.Clear();
        }
    }

    private void Wait(PodView pod, TimeSpan time)
    {
        var since = waiting.TryGetValue(pod.Uid, out var known) ? known.Since : clock.GetUtcNow();
        var due = since + time;
        if (known?.Due == due)
        {
            return;
        }

        Forget(pod.Uid);
        var left = due - clock.GetUtcNow() is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;
        // A timer takes at most 49 days; whoever tolerates a taint longer is looked at again then.
        waiting[pod.Uid] = new(since, due, clock.CreateTimer(_ => OnDue(pod.Key, pod.Uid), null, left < TimeSpan.FromDays(30) ? left : TimeSpan.FromDays(30), Timeout.InfiniteTimeSpan));
    }

    private void OnDue(string key, string uid)
    {
        lock (gate)
        {
            if (!waiting.TryGetValue(uid, out var known) || store.Get(key) is not { } stored || new PodView(stored) is not { IsDeleted: false } pod || pod.Uid != uid)
            {
                return;
            }

            if (known.Due <= clock.GetUtcNow())
            {
                Evict(pod);
            }
            else
            {
                waiting.Remove(uid);
                Wait(pod, known.Due - clock.GetUtcNow());
            }
        }
    }

    private void Evict(PodView pod)
    {
        Forget(pod.Uid);
        events.Add(EventTarget.Of(pod), "Normal", Reason, $"Marking for deletion Pod {pod.Namespace}/{pod.Name}", Component);
        DisruptedPod.Delete(store, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", clock.GetUtcNow());
    }

    private bool Forget(string uid)
    {
        if (!waiting.Remove(uid, out var known))
        {
            return false;
        }

        known.Timer.Dispose();
        return true;
    }
}
