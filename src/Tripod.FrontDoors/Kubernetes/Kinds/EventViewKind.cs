using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Events as events.k8s.io/v1 shows them: the same objects as core/v1's, with other names for their fields.</summary>
internal static class EventViewKind
{
    private const string Group = "events.k8s.io";

    private static readonly (string Core, string View)[] Renamed =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    public static ServedKind Row { get; } = EventKind.Row with
    {
        Group = Group,

        // "ev" is core/v1's alone: kubectl warns of a short name that two kinds bear.
        ShortNames = [],
        Selectable = EventKind.Fields("regarding"),
        StoredAs = new(EventKind.Row.Schema, EventKind.Row.Plural,
            stored => Rename(stored, $"{Group}/v1", name => Find(name, pair => pair.Core, pair => pair.View)),
            shown => Rename(shown, "v1", name => Find(name, pair => pair.View, pair => pair.Core))),
    };

    private static JsonObject Rename(JsonObject document, string apiVersion, Func<string, string> name)
    {
        var fields = document.ToList();
        document.Clear();
        var renamed = new JsonObject();
        foreach (var (field, value) in fields)
        {
            renamed[name(field)] = value;
        }

        renamed["apiVersion"] = apiVersion;
        return renamed;
    }

    private static string Find(string name, Func<(string Core, string View), string> from, Func<(string Core, string View), string> to) =>
        Renamed.FirstOrDefault(pair => from(pair) == name) is { Core: not null } pair ? to(pair) : name;
}
