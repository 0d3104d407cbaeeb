using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Cluster;
using Tripod.Pods.Cluster.Scheduling;
using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Pods.Status;

namespace Tripod.Pods.Starting;

/// <summary>
/// Takes a pod that was bound to this node, or refuses it for good; for one that the machine cannot do without, others go.
/// Called by the worker's actions before anything of it is made.
/// </summary>
internal sealed class AdmitPod(PodParts parts)
{
    private const string Preempted = "Preempted in order to admit critical pod";

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    /// <returns>Whether it was taken. If not, its status says why, or it waits for the room that others leave.</returns>
    public (bool Taken, Trouble? Waits) Run(PodView pod)
    {
        var node = parts.Store.Get(ResourceKeys.Of("nodes", null, parts.Options.NodeName))?.View(Views.Parse<V1Node>);
        if ((parts.Pressure.Refuse(pod) ?? parts.Resizes.Take(pod, others => Refusal(pod, node, others))) is not var (reason, message))
        {
            return (true, null);
        }

        if (reason.StartsWith("OutOf", StringComparison.Ordinal) && Preemption.IsCritical(pod.Object) && MakeRoom(pod, node))
        {
            return (false, new(PodEnd.Preempting, message, 1, parts.Now, parts.Now + LookAgain));
        }

        parts.Events.Warning(EventTarget.Of(pod), reason, message);
        parts.Store.Update(pod.Key, document =>
        {
            if ((string?)document["metadata"]?["uid"] != pod.Uid)
            {
                return null;
            }

            var status = document["status"] as JsonObject ?? [];
            (status["phase"], status["reason"], status["message"]) = ("Failed", reason, $"Pod was rejected: {message}");
            status["startTime"] ??= ContainerStates.Time(parts.Now);
            document["status"] = status.DeepClone();
            return document;
        });
        return (false, null);
    }

    private (string Reason, string Message)? Refusal(PodView pod, V1Node? node, IReadOnlyList<V1PodSpec> others) =>
        NodeAdmission.Refuse(pod.Spec, node, others, parts.Options.AllowedUnsafeSysctls);

    private bool MakeRoom(PodView pod, V1Node? node)
    {
        var others = parts.Resizes.OnNode().Where(other => other.Uid != pod.Uid && other.Object.Status?.StartTime is not null).ToList();
        var present = others.Select(other => other.Object).ToList();
        if (Preemption.Choose(Preemption.Dispensable(pod.Object, present), gone => Refusal(pod, node, [.. present.Where(other => !gone.Contains(other)).Select(other => other.Spec)]) is null) is not { } victims)
        {
            return false;
        }

        foreach (var victim in others.Where(other => victims.Contains(other.Object) && other.Object.Status?.Reason != PodEnd.Preempting))
        {
            parts.Events.Warning(EventTarget.Of(victim), PodEnd.Preempting, Preempted);
            parts.Store.Update(victim.Key, document =>
            {
                if ((string?)document["metadata"]?["uid"] != victim.Uid)
                {
                    return null;
                }

                DisruptedPod.Mark(document, DisruptedPod.ByKubelet, Preempted, parts.Now);
                (document["status"]!["reason"], document["status"]!["message"]) = (PodEnd.Preempting, Preempted);
                return document;
            });
        }

        return true;
    }
}
