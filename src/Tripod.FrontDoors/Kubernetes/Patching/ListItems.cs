using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>The items of a list by what identifies them, in the spelling of <see cref="FieldSet"/>.</summary>
internal static class ListItems
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>First occurrences in order; an item that lacks its keys cannot be told apart and is left out.</summary>
    public static IEnumerable<(string Element, JsonNode? Item)> Of(JsonArray list, SchemaField field)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list)
        {
            if (Element(item, field) is { } element && seen.Add(element))
            {
                yield return (element, item);
            }
        }
    }

    /// <summary>Null when the item lacks a key that has no default.</summary>
    public static string? Element(JsonNode? item, SchemaField field)
    {
        if (field.IsSet)
        {
            return $"v:{item?.ToJsonString(Plain) ?? "null"}";
        }
        if (item is not JsonObject map)
        {
            return null;
        }
        var keys = new JsonObject();
        foreach (var key in field.ListKeys.Order(StringComparer.Ordinal))
        {
            var value = map[key] ?? (field.Type?.Find(key)?.DefaultKey is { } text ? JsonValue.Create(text) : null);
            if (value is null)
            {
                return null;
            }
            keys[key] = value.DeepClone();
        }
        return $"k:{keys.ToJsonString(Plain)}";
    }

    /// <exception cref="ApiException">400, items lack their keys or occur twice.</exception>
    public static void Check(JsonArray list, SchemaField field, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            var element = Element(list[i], field)
                ?? throw ApiException.BadRequest(
                    $"failed to create typed patch object: {path}: element {i}: associative list with keys has an element that omits key field \"{string.Join("\" or \"", field.ListKeys)}\"");
            if (!seen.Add(element))
            {
                throw ApiException.BadRequest($"failed to create typed patch object: {path}: duplicate entries for key {element[2..]}");
            }
        }
    }
}
