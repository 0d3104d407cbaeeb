using Tripod.Runtime.Images.Archives;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>
/// Takes the images of an archive in. Handed the stream by <see cref="ImageService"/>, hands blobs and layers on to
/// <see cref="ImageStorage"/>. An archive that is both OCI and docker is read the OCI way, which keeps its digests.
/// </summary>
internal sealed class LoadArchive(ImageStorage storage)
{
    /// <returns>Each image with the names that the archive gives it.</returns>
    public async Task<IReadOnlyList<(StoredImage Image, IReadOnlyList<string> Names)>> Run(Stream archive, CancellationToken cancel)
    {
        try
        {
            using var spool = await ArchiveSpool.Read(archive, storage.Paths, cancel);
            var images = OciArchive.Find(spool);
            var names = DockerArchive.Names(spool);
            if (images.Count == 0)
            {
                images = DockerArchive.Find(spool);
            }

            if (images.Count == 0)
            {
                throw new InvalidDataException($"it holds no image for {Platform.Current}: an index.json with an OCI layout or docker's manifest.json was looked for");
            }

            var loaded = new List<(StoredImage, IReadOnlyList<string>)>();
            foreach (var image in images)
            {
                IReadOnlyList<string> given = [.. image.Names.Union(names[image.Manifest.Config.Digest])];
                loaded.Add((await Take(spool, image, given, cancel), given));
            }

            return loaded;
        }
        catch (Exception failure) when (ImageProblems.IsExpected(failure))
        {
            throw ImageProblems.Load(failure);
        }
    }

    private async Task<StoredImage> Take(ArchiveSpool spool, ArchivedImage image, IReadOnlyList<string> names, CancellationToken cancel)
    {
        var config = ConfigDocument.Parse(image.Config);
        var wanted = WantedLayer.List(image.Manifest, config);
        var manifestDigest = Digests.Of(image.ManifestBytes);
        var id = Digests.Of(image.Config);
        using var lease = storage.Leases.Hold([id, manifestDigest, .. wanted.SelectMany(layer => (string[])[layer.Blob.Digest, layer.ChainId])]);

        var layers = new List<StoredLayer>();
        foreach (var layer in wanted)
        {
            layers.Add(storage.Layers.Find(layer.ChainId) ?? await Take(spool, layer, cancel));
        }

        storage.Blobs.Write(image.Config);
        storage.Blobs.Write(image.ManifestBytes);
        var stored = new StoredImage
        {
            Id = id,
            ManifestDigest = manifestDigest,
            Layers = layers,
            Created = config.Created,
            Architecture = config.Architecture,
            Config = config.Config,
        };
        await Task.Run(() => storage.Commit(stored, names), cancel);
        return stored;
    }

    private async Task<StoredLayer> Take(ArchiveSpool spool, WantedLayer layer, CancellationToken cancel)
    {
        if (!await storage.Blobs.Has(layer.Blob.Digest, cancel))
        {
            // By path in an OCI layout, by digest in a docker archive, where the path is free.
            var file = spool.Find(OciArchive.PathOf(layer.Blob.Digest)) ?? spool.FindDigest(layer.Blob.Digest)
                ?? throw new InvalidDataException($"the archive lacks the layer {layer.Blob.Digest}");
            if (file.Digest != layer.Blob.Digest)
            {
                throw new InvalidDataException($"the archive's layer {layer.Blob.Digest} has the digest {file.Digest}");
            }

            storage.Blobs.Take(file.Path, file.Digest);
        }

        return await storage.Unpack(layer, cancel);
    }
}
