using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Storage;

/// <summary>
/// Where images lie below the engine's root:
/// <code>
/// images/            0700: files of images may be set-uid
///   blobs/sha256/    configs, manifests and layers as they came, by digest
///   layers/          unpacked, by the first half of the chain id: overlayfs's options must fit one page
///   work/            what is under way; emptied when the engine starts, but for downloads to go on with
/// </code>
/// </summary>
internal sealed class ImagePaths
{
    private const int LayerNameLength = 32;
    private const string PartialSuffix = ".partial";

    private static readonly TimeSpan KeepPartial = TimeSpan.FromDays(1);

    public ImagePaths(string root)
    {
        Root = Path.Combine(root, "images");
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Root, OwnerOnly);
        File.SetUnixFileMode(Root, OwnerOnly);
        foreach (var directory in (string[])[Blobs, Layers, Work])
        {
            Directory.CreateDirectory(directory);
        }
    }

    public string Root { get; }

    public string Blobs => Path.Combine(Root, "blobs/sha256");

    public string Layers => Path.Combine(Root, "layers");

    public string Work => Path.Combine(Root, "work");

    public string Blob(string digest) => Path.Combine(Blobs, Digests.Hex(digest));

    public string Layer(string chainId) => Path.Combine(Layers, Digests.Hex(chainId)[..LayerNameLength]);

    /// <summary>A download that can be gone on with.</summary>
    public string Partial(string digest) => Path.Combine(Work, Digests.Hex(digest) + PartialSuffix);

    public string NewWork() => Path.Combine(Work, Guid.NewGuid().ToString("N"));

    /// <summary>Takes away what a predecessor left half-made, and what nothing needs.</summary>
    public void Clean(ImageSnapshot images, DateTimeOffset now)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(Work).ToList())
        {
            if (!path.EndsWith(PartialSuffix, StringComparison.Ordinal) || IsOld(path, now))
            {
                TreeRemoval.Remove(path);
            }
        }

        var layers = images.Layers().Select(Layer).ToHashSet();
        foreach (var path in Directory.EnumerateFileSystemEntries(Layers).Where(path => !layers.Contains(path)).ToList())
        {
            TreeRemoval.Remove(path);
        }

        // A pull that was killed finds what it had: blobs are small against the time to fetch them again.
        var blobs = images.Blobs().Select(Blob).ToHashSet();
        foreach (var path in Directory.EnumerateFileSystemEntries(Blobs).Where(path => !blobs.Contains(path) && IsOld(path, now)).ToList())
        {
            TreeRemoval.Remove(path);
        }
    }

    private static bool IsOld(string path, DateTimeOffset now) => now.UtcDateTime - File.GetLastWriteTimeUtc(path) > KeepPartial;
}
