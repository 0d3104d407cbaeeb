using System.Text.Json.Nodes;
using Tripod.Pods.Status;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>A delete as the engine's own controllers do it: pods end within their grace, what has finalizers waits for them, the rest goes at once.</summary>
internal static class ObjectRemoval
{
    public static void Begin(ObjectStore store, StoredObject stored, DateTimeOffset now)
    {
        var isPod = stored.Key.StartsWith(ResourceKeys.Prefix("pods"), StringComparison.Ordinal) || StaticPods.StaticPod.IsKey(stored.Key);
        if (isPod || JsonNode.Parse(stored.Document.Span)?["metadata"]?["finalizers"] is JsonArray { Count: > 0 })
        {
            store.Update(stored.Key, document => Mark(document, now));
        }
        else
        {
            store.Delete(stored.Key);
        }
    }

    private static JsonObject? Mark(JsonObject document, DateTimeOffset now)
    {
        if (document["metadata"]!["deletionTimestamp"] is not null)
        {
            return null;
        }

        var grace = (long?)document["spec"]?["terminationGracePeriodSeconds"] ?? 0;
        document["metadata"]!["deletionTimestamp"] = ContainerStates.Time(now.AddSeconds(grace));
        document["metadata"]!["deletionGracePeriodSeconds"] = grace;
        if ((long?)document["metadata"]!["generation"] is { } generation)
        {
            document["metadata"]!["generation"] = generation + 1;
        }

        return document;
    }
}
