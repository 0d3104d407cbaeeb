using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>What descriptions of all kinds have: labels, times, events; and the whole of those that have none of their own.</summary>
internal static class CommonDescription
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Fields as they stand, but for those that only the server reads.</summary>
    public static void Describe(Description text, JsonObject document)
    {
        var metadata = document["metadata"]!;
        text.Add(0, "Name", (string?)metadata["name"]);
        if ((string?)metadata["namespace"] is { } space)
        {
            text.Add(0, "Namespace", space);
        }

        text.AddMany(0, "Labels", Pairs(metadata["labels"], "="))
            .AddMany(0, "Annotations", Annotations(metadata))
            .Add(0, "Created", Time((string?)metadata["creationTimestamp"]));
        foreach (var (key, value) in document.Where(field => field.Key is not ("metadata" or "kind" or "apiVersion")))
        {
            Field(text, document, key, value);
        }
    }

    public static List<string> Pairs(JsonNode? map, string sign) =>
        map is JsonObject fields ? [.. fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}{sign}{field.Value}")] : [];

    public static List<string> Annotations(JsonNode metadata)
    {
        var shown = metadata["annotations"]?.DeepClone() as JsonObject;
        shown?.Remove(LastApplied);
        return Pairs(shown, ": ");
    }

    public static string Time(string? time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed.ToLocalTime().ToString("ddd, dd MMM yyyy HH:mm:ss zz'00'", CultureInfo.InvariantCulture) : "";

    public static void Events(Description text, JsonArray events)
    {
        if (events.Count == 0)
        {
            text.Title(0, "Events:  <none>");
            return;
        }

        text.Title(0, "Events:");
        text.Table(1, ["Type", "Reason", "Age", "From", "Message"],
        [
            .. events.Select(found => found!.AsObject())
                .OrderBy(found => (string?)found["lastTimestamp"] ?? (string?)found["eventTime"] ?? "", StringComparer.Ordinal)
                .Select(found => (string[])
                [
                    $"{found["type"]}", $"{found["reason"]}", Age(found), $"{found["source"]?["component"] ?? found["reportingComponent"]}", ((string?)found["message"] ?? "").Trim().ReplaceLineEndings(" "),
                ]),
        ]);
    }

    private static void Field(Description text, JsonObject document, string key, JsonNode? value)
    {
        if (value is JsonObject { Count: > 0 } map)
        {
            text.Title(0, $"{key}:");
            foreach (var (name, inner) in map)
            {
                var isSecret = (string?)document["kind"] == "Secret" && key == "data";
                text.Title(1, isSecret ? $"{name}:  {Convert.FromBase64String((string)inner!).Length} bytes" : $"{name}:{(inner is JsonValue ? " " : "\n    ")}{Indented(inner)}");
            }
        }
        else
        {
            text.Add(0, key, JsonPath.Text(value));
        }
    }

    private static string Indented(JsonNode? value) => (value is JsonValue ? JsonPath.Text(value) : YamlText.Of(value!)).TrimEnd('\n').Replace("\n", "\n    ", StringComparison.Ordinal);

    private static string Age(JsonObject found)
    {
        var last = Since((string?)found["lastTimestamp"] ?? (string?)found["eventTime"]);
        return (long?)found["count"] is > 1 and var count ? $"{last} (x{count} over {Since((string?)found["firstTimestamp"])})" : last;
    }

    private static string Since(string? time)
    {
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
        {
            return "<unknown>";
        }

        var age = TimeProvider.System.GetUtcNow() - parsed;
        return age switch
        {
            { TotalSeconds: < 120 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)age.TotalSeconds)}s"),
            { TotalMinutes: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m{age.Seconds}s"),
            { TotalHours: < 3 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m"),
            { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d"),
        };
    }
}
