using System.Text;
using Tripod.Linux;
using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers;

/// <summary>A container's root file system: its own writable layer over the image's (overlayfs).</summary>
internal static class RootfsMount
{
    /// <summary>The kernel takes one page of options.</summary>
    private const int MostOptions = 4095;

    /// <summary>Finds an earlier call's mount, so that it can be called again.</summary>
    public static void Mount(string rootfs, string state, IReadOnlyList<string> layers)
    {
        Directory.CreateDirectory(rootfs);
        if (!Mounts.IsMountPoint(rootfs))
        {
            MountNew(rootfs, state, layers);
        }
    }

    /// <summary>
    /// The same for a user namespace: the image's files are shown under its ids. What the container writes has them on the
    /// disk as well, so that no file of its making belongs to the host's root.
    /// </summary>
    /// <param name="rootfs">Where; an earlier mount, of whatever namespace, is taken away.</param>
    /// <param name="state">Has the writable layer.</param>
    /// <param name="layers">The image's, the topmost first.</param>
    /// <param name="users">The namespace.</param>
    /// <param name="root">The host's ids of its root.</param>
    public static void Mount(string rootfs, string state, IReadOnlyList<string> layers, FileDescriptor users, (uint Uid, uint Gid) root)
    {
        Directory.CreateDirectory(rootfs);
        while (Mounts.Unmount(rootfs))
        {
        }

        IdMappedLayers.Use(layers, $"{rootfs}-layers", users, mapped => MountNew(rootfs, state, mapped, root));
    }

    private static void MountNew(string rootfs, string state, IReadOnlyList<string> layers, (uint Uid, uint Gid)? root = null)
    {
        var upper = Path.Combine(state, "upper");
        var work = Path.Combine(state, "work");
        Directory.CreateDirectory(upper);
        Directory.CreateDirectory(work);
        if (root is { } owner)
        {
            Ownership.Change(upper, (int)owner.Uid, (int)owner.Gid);
        }

        File.SetUnixFileMode(upper, (UnixFileMode)0x1ED); // 0755
        var options = $"lowerdir={string.Join(':', layers)},upperdir={upper},workdir={work}";
        if (Encoding.UTF8.GetByteCount(options) <= MostOptions)
        {
            Mounts.Mount("overlay", rootfs, "overlay", MountFlags.None, options);
            return;
        }

        MountFromWithin(rootfs, upper, work, layers);
    }

    /// <summary>Many layers: their paths are shortened by standing in their common folder while mounting.</summary>
    private static void MountFromWithin(string rootfs, string upper, string work, IReadOnlyList<string> layers)
    {
        var common = Path.GetDirectoryName(Path.GetDirectoryName(layers[0]))!;
        var options = $"lowerdir={string.Join(':', layers.Select(layer => Path.GetRelativePath(common, layer)))},upperdir={upper},workdir={work}";
        if (Encoding.UTF8.GetByteCount(options) > MostOptions)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"mount {rootfs}: the image has too many layers ({layers.Count}) for one overlay; squash it");
        }

        Mounts.MountIn(common, "overlay", rootfs, "overlay", options);
    }
}
