using Tripod.Linux;

namespace Tripod.Runtime.Images;

/// <summary>Shows an image's files in a directory, to be read and never written (image volumes). Called by the facade.</summary>
internal static class MountImage
{
    private const MountFlags Unchangeable = MountFlags.ReadOnly | MountFlags.NoSuid | MountFlags.NoDev;

    /// <param name="layers">The image's, the topmost first.</param>
    /// <param name="directory">Made where it is missing; nothing happens where the image is there already.</param>
    public static void Run(IReadOnlyList<string> layers, string directory)
    {
        Directory.CreateDirectory(directory);
        if (Mounts.IsMountPoint(directory))
        {
            return;
        }

        if (layers is [var only])
        {
            // One layer makes no overlay.
            Mounts.Mount(only, directory, "none", MountFlags.Bind);
            Mounts.Mount("none", directory, "none", MountFlags.Bind | MountFlags.Remount | Unchangeable);
            return;
        }

        Mounts.Mount("overlay", directory, "overlay", Unchangeable, $"lowerdir={string.Join(':', layers)}");
    }
}
