using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Archives;

/// <summary>Finds the images of an OCI layout (image-spec, image-layout.md): <c>index.json</c>, and everything else by digest.</summary>
internal static class OciArchive
{
    /// <summary>Where docker and containerd write the whole name; the specification's own annotation is often the tag alone.</summary>
    public const string NameAnnotation = "io.containerd.image.name", RefAnnotation = "org.opencontainers.image.ref.name";

    private const int MostIndexes = 3;

    /// <returns>Empty where the archive is no OCI layout, or has nothing for this machine.</returns>
    public static IReadOnlyList<ArchivedImage> Find(ArchiveSpool spool)
    {
        if (spool.ReadDocument("index.json") is not { } index)
        {
            return [];
        }

        var top = ManifestDocument.Parse(index, MediaTypes.OciIndex) as ManifestIndex ?? throw new InvalidDataException("index.json is no index");
        var found = new List<ArchivedImage>();
        foreach (var group in top.Manifests.GroupBy(manifest => Name(manifest)))
        {
            // Several without a name are several images; several of one name are one image for several platforms.
            var candidates = group.Key is null ? group.Select(manifest => (IReadOnlyList<Descriptor>)[manifest]) : [[.. group]];
            found.AddRange(candidates.Select(manifests => Read(spool, manifests, group.Key)).OfType<ArchivedImage>());
        }

        return [.. found.GroupBy(image => Digests.Of(image.ManifestBytes)).Select(same => same.First() with { Names = [.. same.SelectMany(image => image.Names)] })];
    }

    /// <summary>The bytes of a blob, small ones only, verified.</summary>
    private static byte[]? Blob(ArchiveSpool spool, Descriptor descriptor)
    {
        var content = spool.ReadDocument(PathOf(descriptor.Digest));
        return content is null || Digests.Of(content) == descriptor.Digest ? content : throw new InvalidDataException($"the archive's {descriptor.Digest} has another digest");
    }

    public static string PathOf(string digest) => $"blobs/sha256/{Digests.Hex(digest)}";

    private static ArchivedImage? Read(ArchiveSpool spool, IReadOnlyList<Descriptor> manifests, string? name)
    {
        for (var depth = 0; depth < MostIndexes; depth++)
        {
            // docker save writes an index with all platforms, and the blobs of one.
            var present = manifests.Where(manifest => spool.Find(PathOf(manifest.Digest)) is not null).ToList();
            if (Platform.Current.Choose(present) is not { } chosen)
            {
                return null;
            }

            var bytes = Blob(spool, chosen)!;
            switch (ManifestDocument.Parse(bytes, chosen.MediaType))
            {
                case ImageManifest manifest:
                    var config = Blob(spool, manifest.Config) ?? throw new InvalidDataException($"the archive lacks the config {manifest.Config.Digest}");
                    return new(manifest, bytes, config, name is null ? [] : [name]);
                case ManifestIndex index:
                    manifests = index.Manifests;
                    break;
            }
        }

        throw new InvalidDataException($"an index of indexes, more than {MostIndexes} deep");
    }

    private static string? Name(Descriptor manifest)
    {
        if (manifest.Annotations.TryGetValue(NameAnnotation, out var name))
        {
            return Full(name);
        }

        return manifest.Annotations.TryGetValue(RefAnnotation, out var text) && text.AsSpan().ContainsAny('/', ':') ? Full(text) : null;
    }

    private static string? Full(string name) => ImageReference.TryParse(name) is { Digest: null } reference ? reference.Canonical : null;
}
