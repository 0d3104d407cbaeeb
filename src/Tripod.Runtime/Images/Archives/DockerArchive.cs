using System.Text.Json;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Archives;

/// <summary>Finds the images of a docker archive: <c>manifest.json</c> names config and layers of each by path.</summary>
internal static class DockerArchive
{
    private const int MostLayers = 1024;

    public static IReadOnlyList<ArchivedImage> Find(ArchiveSpool spool) =>
        [.. Entries(spool).Select(entry => Read(spool, entry.Config, entry.Layers, entry.Names))];

    /// <summary>Names by the digest of the config, for an archive whose images are read the OCI way.</summary>
    public static ILookup<string, string> Names(ArchiveSpool spool) =>
        Entries(spool).SelectMany(entry => entry.Names.Select(name => (spool.Find(entry.Config)?.Digest ?? "", name)))
            .ToLookup(pair => pair.Item1, pair => pair.name);

    private static List<(string Config, IReadOnlyList<string> Layers, IReadOnlyList<string> Names)> Entries(ArchiveSpool spool)
    {
        if (spool.ReadDocument("manifest.json") is not { } content)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(entry => (
                    JsonReading.Text(entry, "Config") ?? throw new InvalidDataException("manifest.json has an image without a config"),
                    JsonReading.Texts(entry, "Layers"),
                    (IReadOnlyList<string>)[.. JsonReading.Texts(entry, "RepoTags").Select(ImageReference.TryParse).OfType<ImageReference>().Select(name => name.Canonical)]))]
                : throw new InvalidDataException("manifest.json is no list");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"manifest.json is no JSON: {failure.Message}", failure);
        }
    }

    private static ArchivedImage Read(ArchiveSpool spool, string configPath, IReadOnlyList<string> layerPaths, IReadOnlyList<string> names)
    {
        if (layerPaths.Count > MostLayers)
        {
            throw new InvalidDataException($"an image with {layerPaths.Count} layers");
        }

        var config = spool.ReadDocument(configPath) ?? throw new InvalidDataException($"the archive lacks {configPath}");
        var layers = layerPaths.Select(path => Layer(spool.Find(path) ?? throw new InvalidDataException($"the archive lacks {path}"))).ToList();
        var manifest = new ImageManifest(MediaTypes.OciManifest, new(MediaTypes.OciConfig, Digests.Of(config), config.Length), layers);
        return new(manifest, ImageDocuments.Manifest(manifest.Config, layers), config, names);
    }

    private static Descriptor Layer(SpooledFile file)
    {
        Span<byte> start = stackalloc byte[4];
        using var content = File.OpenRead(file.Path);
        return new(MediaTypes.Layer(start[..content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]), file.Digest, file.Size);
    }
}
