using System.Text.Json.Nodes;
using Tripod.Pods.Cluster;
using Tripod.Pods.Events;
using Tripod.Pods.Planning;

namespace Tripod.Pods.Eviction;

/// <summary>
/// Says in the pod's status that it is evicted, before anything of it is stopped: its worker, of this engine or the next,
/// brings it to its end. Called by the eviction loop.
/// </summary>
internal sealed class EvictPod(PodParts parts)
{
    /// <summary>How long the kubelet leaves a pod that must go at once.</summary>
    public static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    /// <param name="worker">Whose pod goes.</param>
    /// <param name="message">Of status and event.</param>
    /// <param name="grace">Within which its containers must end.</param>
    /// <param name="annotations">Of the event.</param>
    /// <param name="disrupted">The node's want and not its own limit is the cause: it may be tried again (KEP-3329).</param>
    public void Run(PodWorker worker, string message, TimeSpan grace, IReadOnlyDictionary<string, string>? annotations, bool disrupted)
    {
        var pod = worker.Pod;
        parts.Events.Add(EventTarget.Of(pod), "Warning", PodEnd.Evicted, message, "kubelet", annotations);
        worker.Remember(known => known with { EvictedWithin = grace });
        parts.Store.Update(pod.Key, document =>
        {
            if ((string?)document["metadata"]?["uid"] != pod.Uid || (string?)document["status"]?["phase"] is "Succeeded" or "Failed")
            {
                return null;
            }

            document["status"] ??= new JsonObject();
            (document["status"]!["reason"], document["status"]!["message"]) = (PodEnd.Evicted, message);
            if (disrupted)
            {
                DisruptedPod.Mark(document, DisruptedPod.ByKubelet, message, parts.Now);
            }

            return document;
        });
        worker.Wake();
    }
}
