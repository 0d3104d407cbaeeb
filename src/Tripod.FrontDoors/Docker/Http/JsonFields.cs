using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>Reads fields of a request's JSON, whose absence, null and empty mean the same. A field of another type is refused by name.</summary>
internal static class JsonFields
{
    public static JsonObject Object(this JsonNode? json, string name) => json?[name] as JsonObject ?? [];

    public static string Text(this JsonNode? json, string name) => Read(json, name, node => node.GetValueKind() == JsonValueKind.Number ? node.ToJsonString() : (string?)node) ?? "";

    public static bool Flag(this JsonNode? json, string name) => Read<bool?>(json, name, node => (bool)node) ?? false;

    public static bool? OptionalFlag(this JsonNode? json, string name) => Read<bool?>(json, name, node => (bool)node);

    public static long Number(this JsonNode? json, string name) => Read<long?>(json, name, node => Whole(node)) ?? 0;

    public static long? OptionalNumber(this JsonNode? json, string name) => Read<long?>(json, name, node => Whole(node));

    /// <summary>Of texts. A single text is a list of one, as Docker takes it for Cmd and Entrypoint.</summary>
    public static IReadOnlyList<string> Texts(this JsonNode? json, string name) => Read<IReadOnlyList<string>>(json, name, node => node switch
    {
        JsonArray list => [.. list.Select(item => (string?)item ?? "")],
        var one => [(string)one!],
    }) ?? [];

    public static IReadOnlyList<JsonObject> Objects(this JsonNode? json, string name) => Read<IReadOnlyList<JsonObject>>(json, name, node => [.. node.AsArray().OfType<JsonObject>()]) ?? [];

    public static Dictionary<string, string> Map(this JsonNode? json, string name) =>
        Read(json, name, node => node.AsObject().ToDictionary(pair => pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal)) ?? new(StringComparer.Ordinal);

    public static JsonArray ToJson(this IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, string>> map)
    {
        var json = new JsonObject();
        foreach (var (key, value) in map)
        {
            json[key] = value;
        }

        return json;
    }

    /// <summary>Also of a text, as old clients send them; made here it may be an int.</summary>
    private static long Whole(JsonNode node) => long.Parse(node.GetValueKind() == JsonValueKind.String ? (string)node! : node.ToJsonString(), CultureInfo.InvariantCulture);

    private static T? Read<T>(JsonNode? json, string name, Func<JsonNode, T> read)
    {
        if (json?[name] is not { } node)
        {
            return default;
        }

        try
        {
            return read(node);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException or OverflowException)
        {
            throw new DockerException(400, $"invalid value for {name}: {node.ToJsonString()}", wrong);
        }
    }
}
