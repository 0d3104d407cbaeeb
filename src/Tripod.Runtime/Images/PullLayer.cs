using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.Registry;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>Fetches and unpacks one layer, once for all images that want it at the time. Called by <see cref="PullImage"/>, calls <see cref="ImageStorage"/>.</summary>
internal sealed class PullLayer(ImageStorage storage, BlobDownload download)
{
    private const int DownloadsAtOnce = 4;

    private static readonly SemaphoreSlim Connections = new(DownloadsAtOnce);

    private readonly SharedWork<StoredLayer> layers = new();
    private readonly SharedWork<bool> blobs = new();

    public async Task<StoredLayer> Run(IReadOnlyList<RegistryEndpoint> endpoints, WantedLayer layer, IProgress<PullProgress> progress, CancellationToken cancel)
    {
        if (storage.Layers.Find(layer.ChainId) is { } present)
        {
            Report(progress, layer, "Already exists", layer.Blob.Size);
            return present;
        }

        return await layers.Run(layer.ChainId, (fan, shared) => Pull(endpoints, layer, fan, shared), progress, cancel);
    }

    /// <summary>Sees to it that the blob store has the blob.</summary>
    public Task Blob(IReadOnlyList<RegistryEndpoint> endpoints, Descriptor blob, Action<long> progress, CancellationToken cancel) =>
        blobs.Run(blob.Digest, async (_, shared) =>
        {
            if (!await storage.Blobs.Has(blob.Digest, shared))
            {
                await Connections.WaitAsync(shared);
                try
                {
                    var partial = storage.Paths.Partial(blob.Digest);
                    await download.Run(endpoints, blob, partial, progress, shared);
                    storage.Blobs.Take(partial, blob.Digest);
                }
                finally
                {
                    Connections.Release();
                }
            }

            return true;
        }, null, cancel);

    private async Task<StoredLayer> Pull(IReadOnlyList<RegistryEndpoint> endpoints, WantedLayer layer, IProgress<PullProgress> progress, CancellationToken cancel)
    {
        if (storage.Layers.Find(layer.ChainId) is { } present)
        {
            return present;
        }

        Report(progress, layer, "Pulling fs layer", 0);
        var reported = 0L;
        await Blob(endpoints, layer.Blob, received =>
        {
            // Two hundred steps are finer than any progress bar.
            if (received - reported > layer.Blob.Size / 200 || received == layer.Blob.Size)
            {
                reported = received;
                Report(progress, layer, "Downloading", received);
            }
        }, cancel);
        Report(progress, layer, "Extracting", layer.Blob.Size);
        var done = await storage.Unpack(layer, cancel);
        Report(progress, layer, "Pull complete", layer.Blob.Size);
        return done;
    }

    private static void Report(IProgress<PullProgress> progress, WantedLayer layer, string status, long current) =>
        progress.Report(new(layer.Blob.Digest, status, current, layer.Blob.Size));
}
