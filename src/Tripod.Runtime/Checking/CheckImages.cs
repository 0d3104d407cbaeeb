using System.Security.Cryptography;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images.Layers;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Storage;

namespace Tripod.Runtime.Checking;

/// <summary>
/// Images against their digests: each blob is read, and each unpacked layer compared with what its blob unpacks to. A
/// damaged layer is unpacked again; an image whose blobs are damaged is forgotten, so that it is pulled again.
/// </summary>
internal sealed class CheckImages(ImagePaths paths, Func<string, string?> userOf, Action<string>? forget)
{
    private readonly Dictionary<string, string?> blobs = [];

    /// <param name="images">All there are.</param>
    /// <param name="cancel">Between files.</param>
    public IEnumerable<Finding> Run(IReadOnlyList<StoredImage> images, CancellationToken cancel)
    {
        foreach (var image in images)
        {
            foreach (var digest in image.Blobs().Distinct())
            {
                if (!blobs.TryGetValue(digest, out var fault))
                {
                    blobs[digest] = fault = Fault(digest, cancel);
                }

                if (fault is not null)
                {
                    yield return Damaged(image, digest, fault);
                    break;
                }
            }
        }

        foreach (var layer in images.SelectMany(image => image.Layers).DistinctBy(layer => layer.ChainId).Where(layer => blobs.GetValueOrDefault(layer.BlobDigest, "") is null))
        {
            if (Compare(layer, cancel) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private string? Fault(string digest, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            using var file = File.OpenRead(paths.Blob(digest));
            return Digests.FromHash(SHA256.HashData(file)) == digest ? null : "has other content than its digest says";
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return "is missing";
        }
        catch (IOException failure)
        {
            return $"cannot be read ({failure.Message})";
        }
    }

    private Finding Damaged(StoredImage image, string digest, string fault)
    {
        var what = $"image {Short(image.Id)}: blob {digest} {fault}";
        if (userOf(image.Id) is { } container)
        {
            return new(what, $"container {container} uses the image: remove it (or the pod that it belongs to), then repair");
        }

        if (forget is null)
        {
            return new(what, "--repair forgets the image, and it is pulled again when it is wanted");
        }

        forget(image.Id);
        File.Delete(paths.Blob(digest));
        return new(what, "the image is forgotten, and pulled again when it is wanted", Mended: true);
    }

    private Finding? Compare(StoredLayer layer, CancellationToken cancel)
    {
        var (place, work) = (paths.Layer(layer.ChainId), paths.NewWork());
        try
        {
            LayerStore.UnpackAside(layer, paths.Blob(layer.BlobDigest), work, cancel);
            var difference = Directory.Exists(place) ? TreeComparison.Difference(work, place, cancel) : $"{place} is missing";
            return difference is null ? null : Replace(layer, difference, place, work);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                TreeRemoval.Remove(work);
            }
        }
    }

    private Finding Replace(StoredLayer layer, string difference, string place, string work)
    {
        var what = $"layer {layer.ChainId}: {difference}";
        if (forget is null)
        {
            return new(what, "--repair unpacks it again from the blob that is kept");
        }

        // Other engines may have the same layer under the same name.
        var root = Path.GetDirectoryName(paths.Root)! + "/";
        if (File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains(Path.GetFileName(place), StringComparison.Ordinal) && line.Contains(root, StringComparison.Ordinal)))
        {
            return new(what, "a container that runs is made of it: stop all by tripod down, then repair");
        }

        if (Directory.Exists(place))
        {
            TreeRemoval.Remove(place);
        }

        Directory.Move(work, place);
        using var layers = DirectoryHandle.Open(paths.Layers);
        layers.FlushFileSystem();
        return new(what, "it is unpacked again", Mended: true);
    }

    private static string Short(string id) => id["sha256:".Length..][..12];
}
