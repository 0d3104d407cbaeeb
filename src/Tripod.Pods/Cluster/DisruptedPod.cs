using System.Text.Json.Nodes;
using Tripod.Pods.Status;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>The end of a pod that it has not brought on itself, told by its condition DisruptionTarget (Kubernetes: Pod disruption conditions).</summary>
internal static class DisruptedPod
{
    /// <summary>The node has ended it (KEP-3329).</summary>
    public const string ByKubelet = "TerminationByKubelet";

    private const string Type = "DisruptionTarget";

    /// <summary>Deletes the pod within its grace; nothing happens to one that is being deleted already, or is another by now.</summary>
    public static void Delete(ObjectStore store, PodView pod, string reason, string message, DateTimeOffset now) => store.Update(pod.Key, document =>
    {
        if ((string?)document["metadata"]?["uid"] != pod.Uid || document["metadata"]!["deletionTimestamp"] is not null)
        {
            return null;
        }

        Mark(document, reason, message, now);
        var grace = (long?)document["spec"]?["terminationGracePeriodSeconds"] ?? 30;
        document["metadata"]!["deletionTimestamp"] = ContainerStates.Time(now.AddSeconds(grace));
        document["metadata"]!["deletionGracePeriodSeconds"] = grace;
        if ((long?)document["metadata"]!["generation"] is { } generation)
        {
            document["metadata"]!["generation"] = generation + 1;
        }

        return document;
    });

    /// <summary>Sets the condition.</summary>
    public static void Mark(JsonObject document, string reason, string message, DateTimeOffset now)
    {
        var status = document["status"] as JsonObject;
        if (status is null)
        {
            document["status"] = status = [];
        }

        var others = (status["conditions"] as JsonArray ?? []).OfType<JsonObject>().Where(condition => (string?)condition["type"] != Type).Select(condition => condition.DeepClone());
        status["conditions"] = new JsonArray(
        [
            .. others,
            new JsonObject
            {
                ["type"] = Type,
                ["status"] = "True",
                ["observedGeneration"] = (long?)document["metadata"]?["generation"] ?? 1,
                ["lastProbeTime"] = null,
                ["lastTransitionTime"] = ContainerStates.Time(now),
                ["reason"] = reason,
                ["message"] = message,
            },
        ]);
    }
}
