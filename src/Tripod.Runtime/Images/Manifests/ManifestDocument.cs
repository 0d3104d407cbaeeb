using System.Text.Json;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Manifests;

/// <summary>A blob named by what it holds (image-spec, descriptor.md).</summary>
internal sealed record Descriptor(string MediaType, string Digest, long Size)
{
    public Platform? Platform { get; init; }
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

/// <summary>What a manifest's bytes say: one image, or an index of several.</summary>
internal abstract record ManifestDocument
{
    private const int MostLayers = 1024;

    /// <param name="content">As the registry or the archive has it.</param>
    /// <param name="mediaType">As it was announced; what the document says of itself wins.</param>
    /// <exception cref="InvalidDataException">It is no manifest, or of a kind that is no longer in use.</exception>
    public static ManifestDocument Parse(ReadOnlyMemory<byte> content, string mediaType)
    {
        using var document = JsonReading.Parse(content, "manifest");
        var root = document.RootElement;
        var type = JsonReading.Text(root, "mediaType") is { Length: > 0 } own ? own : mediaType;
        var looksLikeIndex = root.TryGetProperty("manifests", out var manifests) && manifests.ValueKind == JsonValueKind.Array;
        if (MediaTypes.IsIndex(type) || (!MediaTypes.IsManifest(type) && looksLikeIndex))
        {
            return new ManifestIndex(looksLikeIndex ? [.. manifests.EnumerateArray().Select(Read)] : []);
        }

        if (!root.TryGetProperty("config", out var config) || !root.TryGetProperty("layers", out var layers) || layers.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException(JsonReading.Number(root, "schemaVersion") == 1
                ? "the manifest is of Docker's old schema 1: push the image again with a current client"
                : $"a manifest of the unknown type {type}");
        }

        return layers.GetArrayLength() <= MostLayers
            ? new ImageManifest(type, Read(config), [.. layers.EnumerateArray().Select(Read)])
            : throw new InvalidDataException($"a manifest with {layers.GetArrayLength()} layers");
    }

    private static Descriptor Read(JsonElement element)
    {
        var size = JsonReading.Number(element, "size") ?? -1;
        return new(JsonReading.Text(element, "mediaType") ?? "", Digests.Check(JsonReading.Text(element, "digest")), size)
        {
            Platform = element.TryGetProperty("platform", out var platform) && platform.ValueKind == JsonValueKind.Object
                ? new(JsonReading.Text(platform, "os") ?? "", JsonReading.Text(platform, "architecture") ?? "", JsonReading.Text(platform, "variant") ?? "")
                : null,
            Annotations = JsonReading.Map(element, "annotations"),
        };
    }
}

internal sealed record ImageManifest(string MediaType, Descriptor Config, IReadOnlyList<Descriptor> Layers) : ManifestDocument;

internal sealed record ManifestIndex(IReadOnlyList<Descriptor> Manifests) : ManifestDocument;
