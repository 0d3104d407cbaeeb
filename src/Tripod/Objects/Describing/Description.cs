using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.Objects.Describing;

/// <summary>What descriptions of all kinds are written with: lines of <c>Key: value</c>, labels, times, events.</summary>
internal sealed class Description(TimeProvider clock)
{
    private const string None = "<none>", LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    public TabbedText Text { get; } = new();

    public Description Add(int level, string key, string? value)
    {
        Text.Add(level, $"{key}:", value ?? "");
        return this;
    }

    /// <summary>A line that aligns nothing.</summary>
    public Description Title(int level, string text)
    {
        Text.Add(level, text);
        return this;
    }

    /// <summary>A value for each entry, one below the other; <c>&lt;none&gt;</c> without any.</summary>
    public Description AddMany(int level, string key, IReadOnlyList<string> values)
    {
        Add(level, key, values.Count == 0 ? None : values[0]);
        foreach (var value in values.Skip(1))
        {
            Text.Add(level, "", value);
        }

        return this;
    }

    /// <summary>A line for each below the key; nothing without any.</summary>
    public Description AddLines(int level, string key, IEnumerable<string> values)
    {
        var all = values.ToList();
        if (all.Count > 0)
        {
            Title(level, $"{key}:");
            all.ForEach(value => Title(level + 1, value));
        }

        return this;
    }

    public Description Table(int level, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        Text.Add(level, head).Add(level, head.Select(title => new string('-', title.Length)));
        foreach (var row in rows)
        {
            Text.Add(level, row);
        }

        return this;
    }

    public Description Labels(JsonNode metadata) => AddMany(0, "Labels", [.. Pairs(metadata["labels"], "=")]);

    /// <summary>Those of several lines stand below their key.</summary>
    public Description Annotations(JsonNode metadata)
    {
        var shown = (metadata["annotations"] as JsonObject ?? []).Where(pair => pair.Key != LastApplied).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        return AddMany(0, "Annotations", [.. shown.SelectMany(pair => ((string?)pair.Value ?? "").TrimEnd('\n').Split('\n') is [var one] ? [$"{pair.Key}: {one}"] : (string[])[$"{pair.Key}:", .. Lines(pair.Value)])]);
    }

    public Description Events(JsonArray events)
    {
        if (events.Count == 0)
        {
            return Add(0, "Events", None);
        }

        return Title(0, "Events:").Table(1, ["Type", "Reason", "Age", "From", "Message"], events.Select(found => found!.AsObject())
            .OrderBy(found => Filled(found["lastTimestamp"]) ?? Filled(found["eventTime"]) ?? "", StringComparer.Ordinal)
            .Select(found => (string[])
            [
                $"{found["type"]}", $"{found["reason"]}", EventAge(found), $"{Filled(found["source"]?["component"]) ?? Filled(found["reportingComponent"])}", (Filled(found["message"]) ?? "").Trim().ReplaceLineEndings(" "),
            ]));
    }

    public static IEnumerable<string> Pairs(JsonNode? map, string sign) =>
        map is JsonObject fields ? fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}{sign}{field.Value}") : [];

    public static string Time(JsonNode? time) => Parsed(time) is { } parsed ? parsed.ToLocalTime().ToString("ddd, dd MMM yyyy HH:mm:ss zz'00'", CultureInfo.InvariantCulture) : "";

    public string Since(JsonNode? time) => HumanDuration.Since(Parsed(time), clock.GetUtcNow());

    private static IEnumerable<string> Lines(JsonNode? value) => ((string?)value ?? "").TrimEnd('\n').Split('\n').Select(line => "  " + line);

    private static string? Filled(JsonNode? value) => (string?)value is { Length: > 0 } text ? text : null;

    private static DateTimeOffset? Parsed(JsonNode? time) =>
        DateTimeOffset.TryParse((string?)time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;

    private string EventAge(JsonObject found)
    {
        var last = Since(found["lastTimestamp"] ?? found["eventTime"]);
        return (long?)found["count"] is > 1 and var count ? $"{last} (x{count} over {Since(found["firstTimestamp"])})" : last;
    }
}
