using System.Globalization;
using System.Text.Json;

namespace Tripod.Store;

/// <summary>What is wrong with an API object as it is stored. Pure.</summary>
public static class ObjectFaults
{
    /// <param name="key"><c>/registry/RESOURCE[/NAMESPACE]/NAME</c>.</param>
    /// <param name="revision">Of its row.</param>
    /// <param name="document">As it is stored.</param>
    /// <returns>Null where nothing is.</returns>
    public static string? Find(string key, long revision, ReadOnlyMemory<byte> document)
    {
        try
        {
            using var parsed = JsonDocument.Parse(document);
            if (parsed.RootElement.ValueKind != JsonValueKind.Object || !parsed.RootElement.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object)
            {
                return "is no object with metadata";
            }

            var parts = key.Split('/');
            var (name, space) = parts.Length == 5 ? (parts[4], parts[3]) : (parts[^1], "");
            return Text(metadata, "name") != name || Text(metadata, "namespace") != space ? $"says that it is {Text(metadata, "namespace")}/{Text(metadata, "name")}"
                : Text(metadata, "resourceVersion") != revision.ToString(CultureInfo.InvariantCulture) ? $"says that it is of revision {Text(metadata, "resourceVersion")}, its row {revision}"
                : Text(parsed.RootElement, "kind").Length == 0 ? "has no kind"
                : Text(metadata, "uid").Length == 0 ? "has no uid"
                : null;
        }
        catch (JsonException failure)
        {
            return $"cannot be read: {failure.Message}";
        }
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString()! : "";
}
