using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>Reading and filling fields of documents. A field that is missing or of another type reads as absent.</summary>
public static class JsonFields
{
    public static string? Text(this JsonObject? map, string name) =>
        map?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static bool? Flag(this JsonObject? map, string name) =>
        map?[name] is JsonValue value ? value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        } : null;

    public static long? Number(this JsonObject? map, string name) => map?[name] is JsonValue value ? Number(value) : null;

    /// <summary>An integer however the node holds it: from a parser, or set as int or long.</summary>
    public static long? Number(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.Number
        && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static JsonObject? Map(this JsonObject? map, string name) => map?[name] as JsonObject;

    public static JsonArray? List(this JsonObject? map, string name) => map?[name] as JsonArray;

    /// <summary>The objects of a list field.</summary>
    public static IEnumerable<JsonObject> Maps(this JsonObject? map, string name) => map.List(name)?.OfType<JsonObject>() ?? [];

    /// <summary>The texts of a list field.</summary>
    public static IEnumerable<string> Texts(this JsonObject? map, string name) =>
        map.List(name)?.OfType<JsonValue>().Where(v => v.GetValueKind() == JsonValueKind.String).Select(v => v.GetValue<string>()) ?? [];

    /// <summary>The object at a field, made if it is not there.</summary>
    public static JsonObject MapOrNew(this JsonObject map, string name)
    {
        if (map[name] is JsonObject there)
        {
            return there;
        }
        var made = new JsonObject();
        map[name] = made;
        return made;
    }

    public static void Default(this JsonObject map, string name, string value)
    {
        if (map[name] is null || map.Text(name) is { Length: 0 })
        {
            map[name] = value;
        }
    }

    public static void Default(this JsonObject map, string name, long value)
    {
        if (map[name] is null)
        {
            map[name] = Bodies.JsonText.Number(value);
        }
    }

    public static void Default(this JsonObject map, string name, bool value)
    {
        if (map[name] is null)
        {
            map[name] = value;
        }
    }
}
