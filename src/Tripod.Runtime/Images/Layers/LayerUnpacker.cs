using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images.Tar;

namespace Tripod.Runtime.Images.Layers;

/// <summary>What a layer takes on disk.</summary>
internal readonly record struct LayerUsage(long Bytes, long Inodes);

/// <summary>
/// Turns a layer's tar into a directory for overlayfs. Handed a stream by <c>LayerStore</c>; every name is
/// resolved by the kernel below the layer's root, so no layer can touch anything outside.
/// </summary>
internal sealed class LayerUnpacker
{
    private const long CheckEvery = 64L << 20;

    private readonly TarStream tar;
    private readonly LayerTree tree;
    private readonly LayerLimits limits;
    private readonly Dictionary<string, TarTime> directoryTimes = new(StringComparer.Ordinal);
    private readonly byte[] buffer = new byte[1 << 17];
    private long bytes, inodes, sinceCheck;

    private readonly bool isLayer, keepKinds;

    private LayerUnpacker(TarStream tar, LayerTree tree, LayerLimits limits, bool isLayer, bool keepKinds) =>
        (this.tar, this.tree, this.limits, this.isLayer, this.keepKinds) = (tar, tree, limits, isLayer, keepKinds);

    /// <param name="directory">Exists and is empty.</param>
    /// <exception cref="InvalidDataException">The layer is broken or hostile.</exception>
    public static LayerUsage Unpack(Stream layer, string directory, LayerLimits limits, CancellationToken cancel)
    {
        using var root = DirectoryHandle.Open(directory);
        return Unpack(layer, root, limits, isLayer: true, keepKinds: false, cancel);
    }

    /// <summary>The same into a directory that may have something in it already; without a layer's marks, which are then names as any other.</summary>
    /// <param name="archive">A tar.</param>
    /// <param name="root">Where to.</param>
    /// <param name="limits">Where unpacking stops.</param>
    /// <param name="keepKinds">A directory is not replaced by something else, nor the reverse.</param>
    /// <param name="cancel">Ends it between two entries.</param>
    public static LayerUsage UnpackPlain(Stream archive, DirectoryHandle root, LayerLimits limits, bool keepKinds, CancellationToken cancel) =>
        Unpack(archive, root, limits, isLayer: false, keepKinds, cancel);

    private static LayerUsage Unpack(Stream layer, DirectoryHandle root, LayerLimits limits, bool isLayer, bool keepKinds, CancellationToken cancel)
    {
        using var tree = new LayerTree(root);
        var tar = new TarStream(layer);
        var unpacker = new LayerUnpacker(tar, tree, limits, isLayer, keepKinds);
        for (var count = 1; tar.Next() is { } entry; count++)
        {
            cancel.ThrowIfCancellationRequested();
            if (count > limits.MostEntries)
            {
                throw new InvalidDataException($"the layer has more than {limits.MostEntries} entries");
            }

            try
            {
                unpacker.Take(entry, cancel);
            }
            catch (Exception failure) when (failure is LinuxException { Errno: Errno.ELOOP or Errno.EPERM or Errno.EXDEV or Errno.EINVAL or Errno.ENOENT } or OverflowException)
            {
                throw new InvalidDataException($"{LayerPath.Parse(entry.Name)} cannot be unpacked: {failure.Message}", failure);
            }
        }

        unpacker.SetDirectoryTimes();
        return new(unpacker.bytes, unpacker.inodes + tree.Implied);
    }

    private void Take(TarEntry entry, CancellationToken cancel)
    {
        var path = LayerPath.Parse(entry.Name);
        if (path.IsRoot)
        {
            if (entry.Kind == TarEntryKind.Directory)
            {
                Describe(tree.Root, ".", path, entry);
            }

            return;
        }

        var parent = tree.Directory(path.Parent);
        var whiteout = Whiteout.Of(path.Name);
        switch (isLayer ? whiteout.Kind : WhiteoutKind.None)
        {
            case WhiteoutKind.None:
                Put(parent, path, entry, cancel);
                break;
            case WhiteoutKind.Name:
                Hide(parent, whiteout.Target);
                break;
            case WhiteoutKind.Directory:
                LayerTree.MakeOpaque(parent, ".");
                break;
        }
    }

    /// <summary>A whiteout speaks of the layers below only: what this layer itself has under the name stays.</summary>
    private void Hide(DirectoryHandle parent, string name)
    {
        switch (parent.Status(name))
        {
            case null:
                parent.MakeNode(name, FileType.CharacterDevice, 0);
                inodes++;
                break;
            case { Type: FileType.Directory }:
                LayerTree.MakeOpaque(parent, name);
                break;
        }
    }

    private void Put(DirectoryHandle parent, LayerPath path, TarEntry entry, CancellationToken cancel)
    {
        if (!Make(parent, path, entry, cancel))
        {
            var directory = entry.Kind == TarEntryKind.Directory;
            if (!directory || parent.Status(path.Name) is not { Type: FileType.Directory })
            {
                if (entry.Kind == TarEntryKind.HardLink && LayerPath.Parse(entry.LinkName) == path)
                {
                    return;
                }

                if (keepKinds && directory != (parent.Status(path.Name) is { Type: FileType.Directory }))
                {
                    throw new InvalidDataException(directory ? $"cannot overwrite non-directory \"{path}\" with directory" : $"cannot overwrite directory \"{path}\" with non-directory");
                }

                // The last entry of a name wins. What was opened below it goes with it.
                TreeRemoval.Remove(parent, path.Name);
                tree.Forget();
                parent = tree.Directory(path.Parent);
                if (!Make(parent, path, entry, cancel))
                {
                    throw new IOException($"{path} came back while it was replaced");
                }

                if (directory && isLayer)
                {
                    LayerTree.MakeOpaque(parent, path.Name);
                }
            }
        }

        if (entry.Kind != TarEntryKind.HardLink)
        {
            Describe(parent, path.Name, path, entry);
        }
    }

    private bool Make(DirectoryHandle parent, LayerPath path, TarEntry entry, CancellationToken cancel)
    {
        var made = entry.Kind switch
        {
            TarEntryKind.File => MakeFile(parent, path.Name, entry, cancel),
            TarEntryKind.Directory => parent.MakeDirectory(path.Name, 0x1C0),
            TarEntryKind.SymbolicLink => parent.MakeSymbolicLink(entry.LinkName, path.Name),
            TarEntryKind.HardLink => MakeHardLink(path, entry),
            TarEntryKind.Fifo => parent.MakeNode(path.Name, FileType.Fifo, 0x180),
            TarEntryKind.CharacterDevice => parent.MakeNode(path.Name, FileType.CharacterDevice, 0x180, entry.DeviceMajor, entry.DeviceMinor),
            _ => parent.MakeNode(path.Name, FileType.BlockDevice, 0x180, entry.DeviceMajor, entry.DeviceMinor),
        };
        inodes += made && entry.Kind != TarEntryKind.HardLink ? 1 : 0;
        return made;
    }

    private bool MakeFile(DirectoryHandle parent, string name, TarEntry entry, CancellationToken cancel)
    {
        using var file = parent.CreateFile(name, 0x180);
        if (file is null)
        {
            return false;
        }

        foreach (var (start, length) in entry.Sparse?.Pieces ?? [(0, entry.StoredSize)])
        {
            for (var offset = start; offset < start + length;)
            {
                cancel.ThrowIfCancellationRequested();
                var read = tar.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, start + length - offset)));
                FileContents.Write(file, buffer.AsSpan(0, read), offset);
                offset += read;
                Count(read);
            }
        }

        if (entry.Sparse is { } sparse)
        {
            FileContents.SetLength(file, sparse.RealSize);
        }

        return true;
    }

    private bool MakeHardLink(LayerPath path, TarEntry entry)
    {
        var target = LayerPath.Parse(entry.LinkName);
        using var directory = target.Parent.Length == 0 ? tree.Root.OpenBelow(".") : tree.Root.OpenBelow(target.Parent);
        return directory?.Status(target.Name) is { Type: not FileType.Directory }
            ? tree.Directory(path.Parent).MakeHardLink(directory, target.Name, path.Name)
            : throw new InvalidDataException($"{path} is a hard link to {target}, which is no file of the layer");
    }

    private void Describe(DirectoryHandle parent, string name, LayerPath path, TarEntry entry)
    {
        parent.SetOwner(name, entry.Uid, entry.Gid); // first: it takes set-uid bits and capabilities away
        if (entry.Kind != TarEntryKind.SymbolicLink)
        {
            parent.SetMode(name, entry.Mode);
        }

        foreach (var (attribute, value) in entry.Attributes)
        {
            if (LayerAttributes.Allows(attribute))
            {
                parent.SetAttribute(name, attribute, value);
            }
        }

        if (entry.Kind == TarEntryKind.Directory)
        {
            directoryTimes[path.Whole] = entry.Modified; // what is yet to come into it would change it again
        }
        else
        {
            parent.SetModified(name, entry.Modified.Seconds, entry.Modified.Nanoseconds);
        }
    }

    private void SetDirectoryTimes()
    {
        tree.Forget();
        foreach (var (whole, time) in directoryTimes)
        {
            var path = LayerPath.Parse(whole);
            using var parent = tree.Root.OpenBelow(path.Parent.Length == 0 ? "." : path.Parent);
            var name = path.IsRoot ? "." : path.Name;
            if (parent?.Status(name) is { Type: FileType.Directory })
            {
                parent.SetModified(name, time.Seconds, time.Nanoseconds);
            }
        }
    }

    private void Count(int written)
    {
        bytes += written;
        sinceCheck += written;
        if (sinceCheck >= CheckEvery)
        {
            sinceCheck = 0;
            if (limits.FreeBytes() < limits.Reserve)
            {
                throw new LinuxException("unpack layer", null, Errno.ENOSPC);
            }
        }
    }
}
