using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Events;
using Tripod.Pods.Status;

namespace Tripod.Pods.Starting;

/// <summary>Takes a pod that was bound to this node, or refuses it for good. Called by the worker's actions before anything of it is made.</summary>
internal sealed class AdmitPod(PodParts parts)
{
    /// <returns>False where it was refused: its status then says why.</returns>
    public bool Run(PodView pod)
    {
        var node = parts.Store.Get(ResourceKeys.Of("nodes", null, parts.Options.NodeName))?.View(Views.Parse<V1Node>);
        if ((parts.Pressure.Refuse(pod) ?? parts.Resizes.Take(pod, others => NodeAdmission.Refuse(pod.Spec, node, others, parts.Options.AllowedUnsafeSysctls))) is not var (reason, message))
        {
            return true;
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
        return false;
    }
}
