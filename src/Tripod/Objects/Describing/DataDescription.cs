using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>What ConfigMaps and Secrets hold; of a Secret only how much.</summary>
internal static class DataDescription
{
    public static void Describe(Description text, JsonObject document)
    {
        var data = (document["data"] as JsonObject ?? []).OrderBy(field => field.Key, StringComparer.Ordinal);
        text.Title(0, "");
        if ((string?)document["kind"] == "Secret")
        {
            text.Add(0, "Type", $"{document["type"]}").Title(0, "").Title(0, "Data").Title(0, "====");
            foreach (var (key, value) in data)
            {
                text.Add(0, key, $"{Length(value)} bytes");
            }

            return;
        }

        text.Title(0, "Data").Title(0, "====");
        foreach (var (key, value) in data)
        {
            text.Title(0, $"{key}:").Title(0, "----");
            foreach (var line in ((string?)value ?? "").Split('\n'))
            {
                text.Title(0, line);
            }

            text.Title(0, "");
        }

        text.Title(0, "").Title(0, "BinaryData").Title(0, "====");
        foreach (var (key, value) in (document["binaryData"] as JsonObject ?? []).OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            text.Title(0, $"{key}: {Length(value)} bytes");
        }

        text.Title(0, "");
    }

    private static int Length(JsonNode? base64) => Convert.FromBase64String((string?)base64 ?? "").Length;
}
