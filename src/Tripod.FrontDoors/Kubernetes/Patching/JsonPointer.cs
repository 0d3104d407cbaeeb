using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>RFC 6901, with what a JSON patch does at the place it points to. Every change returns the document, which it may replace.</summary>
internal sealed class JsonPointer
{
    private readonly string text;
    private readonly string[] keys;

    private JsonPointer(string text, string[] keys)
    {
        this.text = text;
        this.keys = keys;
    }

    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer(text, []);
        }
        if (text[0] != '/')
        {
            throw ApiException.BadRequest($"JSON pointer \"{text}\" must begin with /");
        }
        return new JsonPointer(text, [.. text[1..].Split('/').Select(k =>
            k.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
    }

    public bool IsBelow(JsonPointer other) =>
        keys.Length > other.keys.Length && keys.AsSpan(0, other.keys.Length).SequenceEqual(other.keys);

    public bool TryGet(JsonNode? document, out JsonNode? value)
    {
        value = document;
        foreach (var key in keys)
        {
            switch (value)
            {
                case JsonObject map when map.TryGetPropertyValue(key, out var inner):
                    value = inner;
                    break;
                case JsonArray list when Index(key, list.Count) is { } index:
                    value = list[index];
                    break;
                default:
                    value = null;
                    return false;
            }
        }
        return true;
    }

    public JsonNode? Get(JsonNode? document, string operation) =>
        TryGet(document, out var value)
            ? value
            : throw JsonPatch.Misfit($"error in {operation} for path: '{text}': doc is missing path: {text}: missing value");

    public JsonNode? Add(JsonNode? document, JsonNode? value)
    {
        CheckDepth(value);
        if (keys.Length == 0)
        {
            return value;
        }
        switch (Holder(document, "add"))
        {
            case JsonObject map:
                map[keys[^1]] = value;
                break;
            case JsonArray list when keys[^1] == "-":
                list.Add(value);
                break;
            case JsonArray list when Index(keys[^1], list.Count + 1) is { } index:
                list.Insert(index, value);
                break;
            default:
                throw JsonPatch.Misfit($"add operation does not apply: doc is missing path: \"{text}\": missing value");
        }
        return document;
    }

    public JsonNode? Remove(JsonNode? document, out JsonNode? removed)
    {
        if (keys.Length == 0)
        {
            removed = document;
            return null;
        }
        switch (Holder(document, "remove"))
        {
            case JsonObject map when map.TryGetPropertyValue(keys[^1], out removed):
                map.Remove(keys[^1]);
                return document;
            case JsonArray list when Index(keys[^1], list.Count) is { } index:
                removed = list[index];
                list.RemoveAt(index);
                return document;
            default:
                throw JsonPatch.Misfit($"error in remove for path: '{text}': Unable to remove nonexistent key: {keys[^1]}: missing value");
        }
    }

    public JsonNode? Replace(JsonNode? document, JsonNode? value)
    {
        CheckDepth(value);
        if (keys.Length == 0)
        {
            return value;
        }
        switch (Holder(document, "replace"))
        {
            case JsonObject map when map.ContainsKey(keys[^1]):
                map[keys[^1]] = value;
                return document;
            case JsonArray list when Index(keys[^1], list.Count) is { } index:
                list[index] = value;
                return document;
            default:
                throw JsonPatch.Misfit($"replace operation does not apply: doc is missing key: {text}: missing value");
        }
    }

    public override string ToString() => text;

    // Operation by operation a document could be made deeper than a stack.
    private void CheckDepth(JsonNode? value)
    {
        if (JsonText.IsDeeper(value, JsonText.MaxDepth - keys.Length))
        {
            throw JsonPatch.Misfit($"the value at {text} would be nested too deep");
        }
    }

    private JsonNode Holder(JsonNode? document, string operation) =>
        new JsonPointer(text, keys[..^1]).TryGet(document, out var holder) && holder is JsonObject or JsonArray
            ? holder
            : throw JsonPatch.Misfit($"{operation} operation does not apply: doc is missing path: \"{text}\": missing value");

    // Digits alone, without a leading zero.
    private static int? Index(string key, int count) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        && index < count && (key.Length == 1 || key[0] != '0')
            ? index
            : null;
}
