using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Events, by their core name and by that of their own group: the same objects.</summary>
internal static class EventKind
{
    private static readonly string[] Involved = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

    public static readonly ApiKind Core = new()
    {
        Kind = "Event",
        Plural = "events",
        Singular = "event",
        ShortNames = ["ev"],
        Namespaced = true,
        Columns =
        [
            new("Last Seen"), new("Type"), new("Reason"), new("Object"), new("Subobject", Priority: 1), new("Source", Priority: 1), new("Message"),
            new("First Seen", Priority: 1), new("Count", Priority: 1), new("Name", Priority: 1, Format: "name"),
        ],
        Row = (document, now) =>
        [
            Age.Since(document["lastTimestamp"] ?? document["eventTime"] ?? document["metadata"]!["creationTimestamp"], now),
            (string?)document["type"],
            (string?)document["reason"],
            $"{((string?)About(document)?["kind"])?.ToLowerInvariant()}/{(string?)About(document)?["name"]}",
            (string?)About(document)?["fieldPath"] ?? "",
            Source(document),
            ((string?)document["message"] ?? (string?)document["note"])?.Trim(),
            Age.Since(document["firstTimestamp"] ?? document["eventTime"] ?? document["metadata"]!["creationTimestamp"], now),
            $"{(int?)document["count"] ?? 1}",
            (string?)document["metadata"]!["name"],
        ],
        SelectableFields = Involved.ToDictionary(field => $"involvedObject.{field}", field => (Func<JsonObject, string>)(document => (string?)About(document)?[field] ?? ""))
            .Concat(
            [
                new("reason", document => (string?)document["reason"] ?? ""),
                new("type", document => (string?)document["type"] ?? ""),
                new("reportingComponent", document => (string?)document["reportingComponent"] ?? ""),
                new("source", document => (string?)document["source"]?["component"] ?? (string?)document["reportingComponent"] ?? ""),
            ])
            .ToDictionary(),
    };

    public static readonly ApiKind Grouped = Core with
    {
        Group = "events.k8s.io",
        SelectableFields = Core.SelectableFields
            .Concat(Involved.Select(field => KeyValuePair.Create($"regarding.{field}", Core.SelectableFields[$"involvedObject.{field}"])))
            .ToDictionary(),
    };

    private static JsonNode? About(JsonObject document) => document["involvedObject"] ?? document["regarding"];

    private static string Source(JsonObject document)
    {
        var component = (string?)document["source"]?["component"] ?? (string?)document["reportingComponent"] ?? "";
        return (string?)document["source"]?["host"] is { Length: > 0 } host ? $"{component}, {host}" : component;
    }
}
