using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class EventKind
{
    public static ServedKind Row { get; } = new()
    {
        Kind = "Event",
        Plural = "events",
        Singular = "event",
        ShortNames = ["ev"],
        CreatesOnUpdate = true,
        Columns =
        [
            new("Last Seen", "how long ago it last happened"),
            new("Type", "Normal or Warning"),
            new("Reason", "why, in one word"),
            new("Object", "what it is about"),
            new("Subobject", "the part of the object it is about", Wide: true),
            new("Source", "who says so", Wide: true),
            new("Message", "what happened"),
            new("First Seen", "how long ago it first happened", Wide: true),
            new("Count", "how often it happened", Type: "string", Wide: true),
            TableColumn.ObjectName with { Wide = true },
        ],
        Row = Cells,
        Selectable = Fields("involvedObject"),
    };

    /// <summary>The fields by which events are selected; the two versions name the object they are about differently.</summary>
    internal static Dictionary<string, Func<JsonElement, string>> Fields(string about)
    {
        var fields = new Dictionary<string, Func<JsonElement, string>>
        {
            ["reason"] = happening => happening.Text("reason"),
            ["type"] = happening => happening.Text("type"),
            ["source"] = Component,
            ["reportingComponent"] = happening => happening.Text("reportingComponent"),
            ["reportingController"] = happening => happening.Text("reportingComponent"),
        };
        foreach (var field in (string[])["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"])
        {
            fields[$"{about}.{field}"] = happening => happening.Text("involvedObject", field);
        }

        return fields;
    }

    internal static IReadOnlyList<object> Cells(JsonElement happening, DateTimeOffset now)
    {
        var first = HumanDuration.Since(happening.Moment("firstTimestamp") ?? happening.Moment("eventTime"), now);
        var isSeries = happening.Has("series");
        var last = isSeries ? HumanDuration.Since(happening.Moment("series", "lastObservedTime"), now)
            : happening.Moment("lastTimestamp") is { } seen ? HumanDuration.Since(seen, now)
            : first;
        var count = isSeries ? happening.Number("series", "count") : Math.Max(1, happening.Number("count"));
        return
        [
            last,
            happening.Text("type"),
            happening.Text("reason"),
            About(happening),
            happening.Text("involvedObject", "fieldPath"),
            Source(happening),
            happening.Text("message").Trim(),
            first,
            $"{count}",
            happening.Text("metadata", "name"),
        ];
    }

    private static string About(JsonElement happening)
    {
        var kind = happening.Text("involvedObject", "kind").ToLowerInvariant();
        return happening.Text("involvedObject", "name") is { Length: > 0 } name ? $"{kind}/{name}" : kind;
    }

    private static string Source(JsonElement happening)
    {
        var host = happening.Text("source", "host") is { Length: > 0 } named ? named
            : happening.Text("source", "component").Length == 0 ? happening.Text("reportingInstance") : "";
        return host.Length == 0 ? Component(happening) : $"{Component(happening)}, {host}";
    }

    private static string Component(JsonElement happening) =>
        happening.Text("source", "component") is { Length: > 0 } component ? component : happening.Text("reportingComponent");
}
