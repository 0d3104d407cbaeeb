namespace Tripod.Runtime.Images.Manifests;

/// <summary>The names that OCI and Docker gave to the parts of an image.</summary>
internal static class MediaTypes
{
    public const string
        OciIndex = "application/vnd.oci.image.index.v1+json",
        OciManifest = "application/vnd.oci.image.manifest.v1+json",
        OciConfig = "application/vnd.oci.image.config.v1+json",
        OciLayer = "application/vnd.oci.image.layer.v1.tar",
        DockerList = "application/vnd.docker.distribution.manifest.list.v2+json",
        DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>What a registry is asked for, best first.</summary>
    public static IReadOnlyList<string> Manifests { get; } = [OciIndex, OciManifest, DockerList, DockerManifest];

    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerList;

    public static bool IsManifest(string mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>The OCI name for a layer by how its bytes begin.</summary>
    public static string Layer(ReadOnlySpan<byte> start) => Layers.Compression.Of(start) switch
    {
        Layers.CompressionKind.Gzip => $"{OciLayer}+gzip",
        Layers.CompressionKind.Zstd => $"{OciLayer}+zstd",
        _ => OciLayer,
    };
}
