using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>JSON bytes to nodes; of a key that occurs twice the last counts and its path is noted.</summary>
public static class JsonText
{
    // The depth at which readers with .NET's default give up; stored documents must stay readable by all of them.
    internal const int MaxDepth = 60;

    /// <exception cref="ApiException">400, the bytes are not JSON.</exception>
    public static JsonNode? Parse(ReadOnlyMemory<byte> json, List<string>? duplicates = null)
    {
        try
        {
            var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Build(document.RootElement, null, duplicates);
        }
        catch (JsonException fault)
        {
            throw ApiException.BadRequest(
                $"the request body is not JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}: {Reason(fault)}");
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadRequest("the request body is not JSON: a text in it is not UTF-8");
        }
    }

    /// <exception cref="ApiException">400, the bytes are not a JSON object.</exception>
    public static JsonObject ParseObject(ReadOnlyMemory<byte> json, List<string>? duplicates = null) =>
        Parse(json, duplicates) as JsonObject
        ?? throw ApiException.BadRequest("the request body must be a JSON object");

    /// <summary>A number that can be read back as any number type, as one that came out of a parser can.</summary>
    public static JsonValue Number(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length, provider: null);
        var reader = new Utf8JsonReader(digits[..length]);
        return JsonValue.Create(JsonElement.ParseValue(ref reader))!;
    }

    public static JsonValue Number(double value)
    {
        var reader = new Utf8JsonReader(Encoding.ASCII.GetBytes(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        return JsonValue.Create(JsonElement.ParseValue(ref reader))!;
    }

    /// <summary>Whether objects and lists stand in each other more than <paramref name="limit"/> deep.</summary>
    internal static bool IsDeeper(JsonNode? node, int limit) =>
        node switch
        {
            JsonObject map => limit <= 0 || map.Any(f => IsDeeper(f.Value, limit - 1)),
            JsonArray list => limit <= 0 || list.Any(i => IsDeeper(i, limit - 1)),
            _ => false,
        };

    private static JsonNode? Build(JsonElement element, Place? place, List<string>? duplicates)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new JsonObject();
                foreach (var property in element.EnumerateObject())
                {
                    var here = new Place(place, property.Name);
                    if (map.ContainsKey(property.Name))
                    {
                        duplicates?.Add(here.ToString());
                    }
                    map[property.Name] = Build(property.Value, here, duplicates);
                }
                return map;
            case JsonValueKind.Array:
                var list = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    list.Add(Build(item, new Place(place, list.Count), duplicates));
                }
                return list;
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                // Decoded here, so that a text that is no UTF-8 fails now and not in the middle of an answer.
                return JsonValue.Create(element.GetString());
            default:
                return JsonValue.Create(element);
        }
    }

    // The exception repeats its position at the end of its text.
    private static string Reason(JsonException fault)
    {
        var end = fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? fault.Message : fault.Message[..end].TrimEnd('.');
    }
}
