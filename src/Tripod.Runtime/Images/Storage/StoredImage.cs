using System.Text.Json.Serialization;

namespace Tripod.Runtime.Images.Storage;

/// <summary>An image as it stands in the record store. Its names stand apart, so that moving a tag is one write.</summary>
internal sealed record StoredImage
{
    /// <summary>The digest of the config.</summary>
    public required string Id { get; init; }
    public required string ManifestDigest { get; init; }

    /// <summary>Lowest first.</summary>
    public required IReadOnlyList<StoredLayer> Layers { get; init; }
    public DateTimeOffset? Created { get; init; }
    public string Architecture { get; init; } = "";
    public required ImageConfig Config { get; init; }
    public bool Pinned { get; init; }

    /// <summary>Everything in the blob store that this image needs.</summary>
    public IEnumerable<string> Blobs() => [Id, ManifestDigest, .. Layers.Select(layer => layer.BlobDigest)];
}

/// <summary>A layer that is unpacked, and the blob it came from.</summary>
/// <param name="DiffId">The digest of the tar itself.</param>
/// <param name="BlobDigest">The digest as it was sent, compressed or not.</param>
/// <param name="Bytes">Of all files, unpacked.</param>
internal sealed record StoredLayer(string ChainId, string DiffId, string BlobDigest, string MediaType, long BlobSize, long Bytes, long Inodes);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredImage))]
internal sealed partial class StoredImageJson : JsonSerializerContext;
