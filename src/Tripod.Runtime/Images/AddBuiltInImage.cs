using System.Formats.Tar;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>Makes an image of one program that comes with the engine. Called at start, on every start; the second time nothing is left to do.</summary>
internal sealed class AddBuiltInImage(ImageStorage storage, Func<string, bool> isInUse)
{
    public void Run(ImageReference reference, byte[] program, string pathInImage, ImageConfig config)
    {
        var tar = Layer(program, pathInImage);
        var diffId = Digests.Of(tar);
        var configBytes = ImageDocuments.Config(Platform.Current, config, diffId);
        var id = Digests.Of(configBytes);
        var before = storage.Index.Current;
        if (before.Names.GetValueOrDefault(reference.Canonical) == id && storage.Layers.Find(diffId) is not null)
        {
            return;
        }

        var layer = new Descriptor(MediaTypes.OciLayer, diffId, tar.Length);
        var manifest = ImageDocuments.Manifest(new(MediaTypes.OciConfig, id, configBytes.Length), [layer]);
        using (storage.Leases.Hold([id, diffId, Digests.Of(manifest)]))
        {
            foreach (var blob in (byte[][])[tar, configBytes, manifest])
            {
                storage.Blobs.Write(blob);
            }

            var stored = storage.Layers.Find(diffId)
                ?? storage.Layers.Unpack(new(diffId, diffId, diffId, layer.MediaType, tar.Length, 0, 0), storage.Blobs.Path(diffId), CancellationToken.None);
            storage.Commit(
                new() { Id = id, ManifestDigest = Digests.Of(manifest), Layers = [stored], Architecture = Platform.Current.Architecture, Config = config, Pinned = true },
                [reference.Canonical]);
        }

        if (before.Names.TryGetValue(reference.Canonical, out var oldId) && oldId != id && before.Images.TryGetValue(oldId, out var old))
        {
            Retire(old);
        }
    }

    /// <summary>The image that had the name before: pods of a former version may still run it.</summary>
    private void Retire(StoredImage old)
    {
        if (isInUse(old.Id) || storage.Index.Current.NamesOf(old.Id).Count > 0)
        {
            storage.Index.Put(old with { Pinned = false });
            return;
        }

        storage.Index.Remove(old.Id);
        storage.Sweep();
    }

    private static byte[] Layer(byte[] program, string pathInImage)
    {
        var parts = pathInImage.Trim('/').Split('/');
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            // Its root stays read-only, so the places where an OCI runtime mounts must be there.
            foreach (var mountPoint in (string[])["dev", "etc", "proc", "run", "sys"])
            {
                writer.WriteEntry(Entry(TarEntryType.Directory, mountPoint));
            }

            for (var depth = 1; depth < parts.Length; depth++)
            {
                writer.WriteEntry(Entry(TarEntryType.Directory, string.Join('/', parts[..depth])));
            }

            var file = Entry(TarEntryType.RegularFile, string.Join('/', parts));
            file.DataStream = new MemoryStream(program);
            writer.WriteEntry(file);
        }

        return tar.ToArray();
    }

    private static UstarTarEntry Entry(TarEntryType type, string name) =>
        new(type, name) { Mode = (UnixFileMode)0x1ED, ModificationTime = DateTimeOffset.UnixEpoch };
}
