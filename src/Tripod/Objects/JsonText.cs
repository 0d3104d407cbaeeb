using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.Objects;

/// <summary>JSON as kubectl prints it: sorted keys, nothing escaped but what Go escapes. Pure.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions
        Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping },
        Readable = new(Compact) { WriteIndented = true, IndentSize = 4 };

    public static string Of(JsonNode? node, bool indented = false) => node is null ? "null" : Sorted(node)!.ToJsonString(indented ? Readable : Compact)
        .Replace("&", "\\u0026", StringComparison.Ordinal)
        .Replace("<", "\\u003c", StringComparison.Ordinal)
        .Replace(">", "\\u003e", StringComparison.Ordinal);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
