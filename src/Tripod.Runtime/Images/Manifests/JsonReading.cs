using System.Text.Json;

namespace Tripod.Runtime.Images.Manifests;

/// <summary>Reads documents that came from outside: what is missing or of another type counts as absent.</summary>
internal static class JsonReading
{
    /// <exception cref="InvalidDataException"/>
    public static JsonDocument Parse(ReadOnlyMemory<byte> content, string what)
    {
        try
        {
            var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new InvalidDataException($"the {what} is no JSON object");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"the {what} is no JSON: {failure.Message}", failure);
        }
    }

    public static string? Text(JsonElement element, string name) =>
        Find(element, name, JsonValueKind.String) is { } value ? value.GetString() : null;

    public static long? Number(JsonElement element, string name) =>
        Find(element, name, JsonValueKind.Number) is { } value && value.TryGetInt64(out var number) ? number : null;

    public static IReadOnlyList<string> Texts(JsonElement element, string name) =>
        Find(element, name, JsonValueKind.Array) is { } value
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];

    public static IReadOnlyList<string> Keys(JsonElement element, string name) =>
        Find(element, name, JsonValueKind.Object) is { } value ? [.. value.EnumerateObject().Select(property => property.Name).Distinct()] : [];

    public static IReadOnlyDictionary<string, string> Map(JsonElement element, string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Find(element, name, JsonValueKind.Object) is { } value)
        {
            foreach (var property in value.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.String))
            {
                map[property.Name] = property.Value.GetString()!;
            }
        }

        return map;
    }

    private static JsonElement? Find(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;
}
