using System.Formats.Tar;
using System.Text.Json;
using Tripod.Runtime.Images.Archives;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>
/// Writes one archive that OCI tools and docker can both read. Asked by <see cref="ImageService"/>; the blobs go in as
/// they came, so that ids and digests survive the journey.
/// </summary>
internal sealed class SaveArchive(ImageStorage storage)
{
    private const long LargestUstar = (1L << 33) - 1;

    public async Task Run(IReadOnlyList<string> references, Stream archive, CancellationToken cancel)
    {
        var images = Find(references);
        using var lease = storage.Leases.Hold(images.SelectMany(image => image.Image.Blobs()));
        await using var tar = new TarWriter(archive, leaveOpen: true);
        var written = new HashSet<string>();
        var manifests = new List<(byte[] Manifest, string Digest, SavedImage Image)>();
        foreach (var image in images)
        {
            var manifest = Manifest(image.Image);
            manifests.Add((manifest, Digests.Of(manifest), image));
            await WriteDocument(tar, OciArchive.PathOf(manifests[^1].Digest), manifest, written, cancel);
            foreach (var blob in image.Image.Layers.Select(layer => layer.BlobDigest).Append(image.Image.Id))
            {
                if (written.Add(OciArchive.PathOf(blob)))
                {
                    await using var content = File.OpenRead(storage.Blobs.Path(blob));
                    await WriteEntry(tar, OciArchive.PathOf(blob), content, cancel);
                }
            }
        }

        var index = ImageDocuments.Index(manifests.SelectMany(saved => Descriptors(saved.Manifest, saved.Digest, saved.Image.Names)));
        await WriteDocument(tar, "index.json", index, written, cancel);
        await WriteDocument(tar, "manifest.json", DockerManifest(images), written, cancel);
        await WriteDocument(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(), written, cancel);
    }

    private List<SavedImage> Find(IReadOnlyList<string> references)
    {
        var snapshot = storage.Index.Current;
        return [.. references
            .Select(reference => (Image: snapshot.Find(reference) ?? throw ImageProblems.NotFound(reference), Name: TagOf(snapshot, reference)))
            .GroupBy(found => found.Image.Id)
            .Select(group => new SavedImage(group.First().Image, [.. group.Select(found => found.Name).OfType<ImageReference>().Distinct()]))];
    }

    /// <summary>An image asked for by id or digest is written without a name, as docker does.</summary>
    private static ImageReference? TagOf(ImageSnapshot snapshot, string reference) =>
        ImageReference.TryParse(reference) is { Digest: null } name && snapshot.Names.ContainsKey(name.Canonical) ? name : null;

    /// <summary>The manifest as it came, unless a layer was already here in another compression and was not fetched again.</summary>
    private byte[] Manifest(StoredImage image)
    {
        var original = storage.Blobs.Read(image.ManifestDigest);
        return ManifestDocument.Parse(original, MediaTypes.OciManifest) is ImageManifest manifest &&
            manifest.Layers.Select(layer => layer.Digest).SequenceEqual(image.Layers.Select(layer => layer.BlobDigest))
                ? original
                : ImageDocuments.Manifest(
                    new(MediaTypes.OciConfig, image.Id, storage.Blobs.Size(image.Id)),
                    image.Layers.Select(layer => new Descriptor(layer.MediaType, layer.BlobDigest, layer.BlobSize)));
    }

    private static IEnumerable<Descriptor> Descriptors(byte[] manifest, string digest, IReadOnlyList<ImageReference> names)
    {
        using var document = JsonReading.Parse(manifest, "manifest");
        var plain = new Descriptor(JsonReading.Text(document.RootElement, "mediaType") ?? MediaTypes.OciManifest, digest, manifest.Length);
        return names.Count == 0 ? [plain] : [.. names.Select(name => plain with
        {
            Annotations = new Dictionary<string, string> { [OciArchive.NameAnnotation] = name.Canonical, [OciArchive.RefAnnotation] = name.Tag! },
        })];
    }

    private static byte[] DockerManifest(IReadOnlyList<SavedImage> images)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var (image, names) in images)
            {
                json.WriteStartObject();
                json.WriteString("Config", OciArchive.PathOf(image.Id));
                WriteTexts(json, "RepoTags", names.Select(name => name.Familiar));
                WriteTexts(json, "Layers", image.Layers.Select(layer => OciArchive.PathOf(layer.BlobDigest)));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.ToArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static async Task WriteDocument(TarWriter tar, string name, byte[] content, HashSet<string> written, CancellationToken cancel)
    {
        if (written.Add(name))
        {
            await WriteEntry(tar, name, new MemoryStream(content), cancel);
        }
    }

    private static async Task WriteEntry(TarWriter tar, string name, Stream content, CancellationToken cancel)
    {
        PosixTarEntry entry = content.Length > LargestUstar ? new PaxTarEntry(TarEntryType.RegularFile, name) : new UstarTarEntry(TarEntryType.RegularFile, name);
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        entry.Mode = (UnixFileMode)0x1A4;
        entry.DataStream = content;
        await tar.WriteEntryAsync(entry, cancel);
    }

    private sealed record SavedImage(StoredImage Image, IReadOnlyList<ImageReference> Names);
}
