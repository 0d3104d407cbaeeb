using Tripod.Runtime.Images.Layers;
using Tripod.Runtime.Images.Manifests;
using Tripod.Store;

namespace Tripod.Runtime.Images.Storage;

/// <summary>Everything that images are kept in. The verbs work on this; it knows no registry and no archive.</summary>
internal sealed class ImageStorage
{
    public ImageStorage(string root, RecordStore records, TimeProvider clock)
    {
        Paths = new(root);
        Index = new(records);
        var snapshot = Index.Current;
        Paths.Clean(snapshot, clock.GetUtcNow());
        Layers = new(Paths, snapshot.Images.Values.SelectMany(image => image.Layers).Where(layer => Directory.Exists(Paths.Layer(layer.ChainId))));
        Blobs = new(Paths, snapshot.Blobs());
    }

    public ImagePaths Paths { get; }
    public ImageIndex Index { get; }
    public BlobStore Blobs { get; }
    public LayerStore Layers { get; }
    public Leases Leases { get; } = new();

    /// <summary>Unpacks a layer whose blob is in the blob store.</summary>
    /// <exception cref="InvalidDataException">The blob is no valid layer, or not the one that the image's config names.</exception>
    public async Task<StoredLayer> Unpack(WantedLayer layer, CancellationToken cancel)
    {
        var blob = layer.Blob.Digest;
        try
        {
            var known = new StoredLayer(layer.ChainId, layer.DiffId, blob, layer.Blob.MediaType, Blobs.Size(blob), 0, 0);
            return await Layers.UnpackInTurn(known, Blobs.Path(blob), cancel);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"layer {blob}: {failure.Message}", failure);
        }
    }

    /// <summary>Makes an image known under the names. Only now is it in use: layers and blobs are on the disk before the record is.</summary>
    public void Commit(StoredImage image, IEnumerable<string> names)
    {
        Layers.Flush();
        var pinned = Index.Current.Images.TryGetValue(image.Id, out var known) && known.Pinned;
        Index.Put(image with { Pinned = image.Pinned || pinned }, names);
    }

    /// <summary>Deletes what no image, no name and no work under way needs.</summary>
    /// <returns>The chain ids of the layers that went.</returns>
    public IReadOnlyList<string> Sweep()
    {
        var taken = Leases.Sweep(held =>
        {
            var snapshot = Index.Current;
            var layers = Layers.TakeAllBut(snapshot.Layers().Concat(held).ToHashSet());
            var blobs = snapshot.Blobs().Concat(held).Concat(Layers.Present().Select(layer => layer.BlobDigest)).ToHashSet();
            foreach (var blob in Blobs.List().Where(blob => !blobs.Contains(blob)))
            {
                Blobs.Remove(blob);
            }

            return layers;
        });
        LayerStore.Delete(taken);
        return [.. taken.Select(layer => layer.ChainId)];
    }
}
