using System.Net;
using System.Net.Http.Headers;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Registry;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Images;

/// <summary>What became of a push.</summary>
public sealed record PushedImage(string Digest, long Size);

/// <summary>Brings an image to its registry: blobs first, then the manifest that names them, so that nobody ever finds half. Asked by <see cref="ImageService"/>.</summary>
internal sealed class PushImage(ImageStorage storage, RegistryClient client, RuntimeOptions options)
{
    private const int AtOnce = 3;

    public async Task<PushedImage> Run(ImageReference reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancel)
    {
        var image = storage.Index.Current.Find(reference.ToString())
            ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"An image does not exist locally with the tag: {reference.Name}");
        var endpoint = RegistryEndpoint.ForPush(reference, options.Registries, credentials);
        using var lease = storage.Leases.Hold([.. image.Blobs()]);
        try
        {
            foreach (var layer in image.Layers)
            {
                progress?.Report(new(layer.DiffId, "Preparing", 0, 0));
            }

            await Parallel.ForEachAsync(image.Layers.DistinctBy(layer => layer.BlobDigest), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (layer, stop) =>
            {
                var pushed = await BlobUpload.Run(client, endpoint, layer.BlobDigest, storage.Blobs.Path(layer.BlobDigest), sent => progress?.Report(new(layer.DiffId, "Pushing", sent, layer.BlobSize)), stop);
                progress?.Report(new(layer.DiffId, pushed ? "Pushed" : "Layer already exists", 0, 0));
            });
            await BlobUpload.Run(client, endpoint, image.Id, storage.Blobs.Path(image.Id), static _ => { }, cancel);
            var manifest = storage.Blobs.Read(image.ManifestDigest);
            await Send(endpoint, reference.Tag ?? image.ManifestDigest, manifest, cancel);
            storage.Index.Name($"{reference.Name}@{image.ManifestDigest}", image.Id);
            return new(image.ManifestDigest, manifest.Length);
        }
        catch (RegistryFailure refused)
        {
            throw new RuntimeException(refused.Kind, refused.Message, inner: refused);
        }
        catch (HttpRequestException cut)
        {
            throw new RuntimeException(RuntimeErrorKind.Unavailable, $"registry {endpoint.Authority} cut the connection: {cut.Message}", inner: cut);
        }
    }

    private async Task Send(RegistryEndpoint endpoint, string name, byte[] manifest, CancellationToken cancel)
    {
        var type = JsonReading.Parse(manifest, "manifest") is var document && JsonReading.Text(document.RootElement, "mediaType") is { } own ? own : MediaTypes.OciManifest;
        using var sent = await client.Send(endpoint, $"manifests/{name}", () =>
        {
            var content = new ByteArrayContent(manifest);
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
            return new() { Method = HttpMethod.Put, Content = content };
        }, cancel);
        if (sent.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Accepted))
        {
            await BlobUpload.Refuse(sent, endpoint, $"the manifest {name}", cancel);
        }
    }
}
