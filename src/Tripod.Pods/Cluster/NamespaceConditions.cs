using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Pods.Status;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>How far the emptying of a namespace has come, as <c>kubectl describe namespace</c> shows it. Pure.</summary>
internal static class NamespaceConditions
{
    /// <param name="before">As they stand; those of other types stay.</param>
    /// <param name="left">What is still in the namespace.</param>
    /// <param name="now">When a condition that becomes another one does so.</param>
    public static JsonArray Of(JsonArray? before, IReadOnlyList<StoredObject> left, DateTimeOffset now)
    {
        var documents = left.Select(stored => JsonNode.Parse(stored.Document.Span)!.AsObject()).ToList();
        var kinds = Counted(left.Select((stored, i) => $"{stored.Key.Split('/')[2]}.{GroupOf(documents[i])}"));
        var finalizers = Counted(documents.SelectMany(document => document["metadata"]?["finalizers"] as JsonArray ?? []).Select(finalizer => (string?)finalizer ?? ""));
        JsonObject[] own =
        [
            Condition("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "every kind that is served is known"),
            Condition("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "every kind that is served is understood"),
            Condition("NamespaceDeletionContentFailure", false, "ContentDeleted", "everything that is to be deleted now was asked to go"),
            kinds.Count > 0
                ? Condition("NamespaceContentRemaining", true, "SomeResourcesRemain", $"Some resources are remaining: {Shown(kinds, "has")}")
                : Condition("NamespaceContentRemaining", false, "ContentRemoved", "nothing is left"),
            finalizers.Count > 0
                ? Condition("NamespaceFinalizersRemaining", true, "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {Shown(finalizers, "in")}")
                : Condition("NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers", "no finalizer holds what is left"),
        ];
        return new([.. ConditionList.OfOthers(before, own), .. own]);

        JsonObject Condition(string type, bool holds, string reason, string message)
        {
            var status = holds ? "True" : "False";
            return new()
            {
                ["type"] = type,
                ["status"] = status,
                ["lastTransitionTime"] = ConditionList.Since(ConditionList.Find(before, type), status, ContainerStates.Time(now)),
                ["reason"] = reason,
                ["message"] = message,
            };
        }
    }

    private static SortedDictionary<string, int> Counted(IEnumerable<string> names) =>
        new(names.CountBy(name => name).ToDictionary(), StringComparer.Ordinal);

    private static string Shown(SortedDictionary<string, int> counts, string word) =>
        string.Join(", ", counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {word} {count.Value} resource instances")));

    private static string GroupOf(JsonObject document) =>
        ((string?)document["apiVersion"] ?? "").Split('/') is [var group, _] ? group : "";
}
