using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Images.Layers;

/// <summary>The directories of a layer while it is unpacked: opened below its root, kept open while they are likely to be asked for again.</summary>
internal sealed class LayerTree(DirectoryHandle root) : IDisposable
{
    private const int MostOpen = 64;
    private const int ImpliedMode = 0x1ED; // 0755

    private readonly Dictionary<string, DirectoryHandle> open = new(StringComparer.Ordinal);

    public DirectoryHandle Root => root;

    /// <summary>Directories that came into being because an entry stood below them.</summary>
    public long Implied { get; private set; }

    /// <summary>The directory of that path, made with its parents where it is missing. Valid until <see cref="Forget"/> or the next call.</summary>
    public DirectoryHandle Directory(string path)
    {
        if (path.Length == 0)
        {
            return root;
        }

        if (open.TryGetValue(path, out var known))
        {
            return known;
        }

        if (open.Count >= MostOpen)
        {
            Forget();
        }

        var directory = root.OpenBelow(path) ?? Make(path);
        open.Add(path, directory);
        return directory;
    }

    /// <summary>To be called before something that may lie on the way to an open directory is replaced.</summary>
    public void Forget()
    {
        foreach (var directory in open.Values)
        {
            directory.Dispose();
        }

        open.Clear();
    }

    public void Dispose() => Forget();

    /// <summary>Hides what the layers below have in that directory.</summary>
    public static void MakeOpaque(DirectoryHandle parent, string name)
    {
        if (!parent.SetAttribute(name, "trusted.overlay.opaque", "y"u8))
        {
            throw new IOException("the image store's file system holds no trusted.* attributes, which overlayfs needs: put --root on ext4, xfs or btrfs");
        }
    }

    private DirectoryHandle Make(string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); ; end = path.IndexOf('/', end + 1))
        {
            var upTo = end < 0 ? path : path[..end];
            var reached = root.OpenBelow(upTo) ?? MakeOne(LayerPath.Parse(upTo));
            if (end < 0)
            {
                return reached;
            }

            reached.Dispose();
        }
    }

    private DirectoryHandle MakeOne(LayerPath path)
    {
        using var parent = path.Parent.Length == 0 ? null : root.OpenBelow(path.Parent);
        var directory = parent ?? root;
        if (!directory.MakeDirectory(path.Name, ImpliedMode) && directory.Status(path.Name) is { IsWhiteout: true })
        {
            // The layer deletes the name and then puts a directory there: nothing from below may show through.
            directory.Unlink(path.Name);
            directory.MakeDirectory(path.Name, ImpliedMode);
            MakeOpaque(directory, path.Name);
        }

        Implied++;
        return root.OpenBelow(path.Whole) ?? throw new InvalidDataException($"{path} has entries below it and is no directory");
    }
}
