using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Registry;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>
/// Pulls one image. Handed the reference by <see cref="ImageService"/>; hands each layer to <see cref="PullLayer"/> and
/// the finished image to <see cref="ImageStorage"/>.
/// </summary>
/// <remarks>
/// 1. find the manifest, mirrors first, and in an index the one for this machine; 2. the config, for the diff ids;
/// 3. all layers at once; 4. commit. What a failed pull has brought stays until the next sweep and serves the next try.
/// </remarks>
internal sealed class PullImage(ImageStorage storage, RegistryClient client, RuntimeOptions options, TimeProvider clock)
{
    private const int MostIndexes = 3, LargestConfig = 16 << 20;

    private readonly SharedWork<StoredImage> pulls = new();
    private readonly PullLayer pullLayer = new(storage, new BlobDownload(client, clock));

    public async Task<StoredImage> Run(ImageReference reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancel)
    {
        try
        {
            var key = string.Join('\n', reference.Canonical, credentials?.Key);
            return await pulls.Run(key, (fan, shared) => Pull(reference, credentials, fan, shared), progress, cancel);
        }
        catch (Exception failure) when (ImageProblems.IsExpected(failure))
        {
            throw ImageProblems.Pull(reference, failure);
        }
    }

    private async Task<StoredImage> Pull(ImageReference reference, RegistryCredentials? credentials, IProgress<PullProgress> progress, CancellationToken cancel)
    {
        if (reference.Digest is not null && storage.Index.Current.Names.TryGetValue(reference.Canonical, out var id) &&
            storage.Index.Current.Images.TryGetValue(id, out var present) && present.Layers.All(layer => storage.Layers.Find(layer.ChainId) is not null))
        {
            return present; // a digest never means anything else
        }

        // 1. The manifest. The place that had it is asked first from now on.
        var endpoints = RegistryEndpoint.For(reference, options.Registries, credentials);
        var (top, endpoint) = await Fetch(endpoints, reference, reference.Digest, cancel);
        endpoints = [endpoint, .. endpoints.Where(other => other != endpoint)];
        var (fetched, manifest) = await Select(endpoints, reference, top, cancel);
        using var blobs = storage.Leases.Hold([top.Digest, fetched.Digest, manifest.Config.Digest, .. manifest.Layers.Select(layer => layer.Digest)]);

        // 2. The config.
        if (manifest.Config.Size is < 0 or > LargestConfig)
        {
            throw new InvalidDataException($"the image's config has {manifest.Config.Size} bytes");
        }

        await pullLayer.Blob(endpoints, manifest.Config, _ => { }, cancel);
        var config = ConfigDocument.Parse(storage.Blobs.Read(manifest.Config.Digest));
        var wanted = WantedLayer.List(manifest, config);
        using var chain = storage.Leases.Hold(wanted.Select(layer => layer.ChainId));

        // 3. The layers.
        var layers = await All(wanted, (layer, stop) => pullLayer.Run(endpoints, layer, progress, stop), cancel);

        // 4. The image.
        foreach (var document in (FetchedManifest[])[top, fetched])
        {
            storage.Blobs.Write(document.Content);
        }

        var image = new StoredImage
        {
            Id = manifest.Config.Digest,
            ManifestDigest = fetched.Digest,
            Layers = layers,
            Created = config.Created,
            Architecture = config.Architecture,
            Config = config.Config,
        };
        var digest = $"{reference.Name}@{top.Digest}";
        await Task.Run(() => storage.Commit(image, reference.Digest is null ? [reference.Canonical, digest] : [digest]), cancel);
        return image;
    }

    private async Task<(FetchedManifest Manifest, RegistryEndpoint From)> Fetch(
        IReadOnlyList<RegistryEndpoint> endpoints, ImageReference reference, string? digest, CancellationToken cancel)
    {
        var mirrors = new List<string>();
        foreach (var endpoint in endpoints)
        {
            try
            {
                return (await ManifestFetch.Run(client, endpoint, reference, digest, cancel), endpoint);
            }
            catch (Exception failure) when (failure is RegistryFailure or InvalidDataException && endpoint != endpoints[^1])
            {
                mirrors.Add($"{endpoint.Authority}: {failure.Message}");
            }
            catch (RegistryFailure failure) when (mirrors.Count > 0)
            {
                throw new RegistryFailure(failure.Kind, $"{failure.Message} (and before that {string.Join("; ", mirrors)})", failure);
            }
        }

        throw new InvalidOperationException("a reference without an endpoint");
    }

    private async Task<(FetchedManifest Fetched, ImageManifest Manifest)> Select(
        IReadOnlyList<RegistryEndpoint> endpoints, ImageReference reference, FetchedManifest top, CancellationToken cancel)
    {
        var fetched = top;
        for (var depth = 0; depth < MostIndexes; depth++)
        {
            switch (ManifestDocument.Parse(fetched.Content, fetched.MediaType))
            {
                case ImageManifest manifest:
                    return (fetched, manifest);
                case ManifestIndex index:
                    var chosen = Platform.Current.Choose(index.Manifests)
                        ?? throw new RegistryFailure(RuntimeErrorKind.NotFound, $"no matching manifest for {Platform.Current} in the manifest list entries of {reference}");
                    (fetched, _) = await Fetch(endpoints, reference, chosen.Digest, cancel);
                    break;
            }
        }

        throw new InvalidDataException($"an index of indexes, more than {MostIndexes} deep");
    }

    /// <summary>One failure stops the others, and is the one that is told.</summary>
    private static async Task<IReadOnlyList<StoredLayer>> All(
        IReadOnlyList<WantedLayer> layers, Func<WantedLayer, CancellationToken, Task<StoredLayer>> pull, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        return await Task.WhenAll(layers.Select(async layer =>
        {
            try
            {
                return await pull(layer, stop.Token);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }));
    }
}
