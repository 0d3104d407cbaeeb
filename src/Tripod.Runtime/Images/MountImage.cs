using Tripod.Linux;
using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Images;

/// <summary>Shows an image's files in a directory, to be read and never written (image volumes). Called by the facade.</summary>
internal static class MountImage
{
    private const MountFlags Unchangeable = MountFlags.ReadOnly | MountFlags.NoSuid | MountFlags.NoDev;

    /// <param name="layers">The image's, the topmost first.</param>
    /// <param name="directory">Made where it is missing; nothing happens where the image is there already.</param>
    /// <param name="users">The files belong to the ids of this user namespace; null: the host's.</param>
    public static void Run(IReadOnlyList<string> layers, string directory, FileDescriptor? users = null)
    {
        Directory.CreateDirectory(directory);
        if (Mounts.IsMountPoint(directory))
        {
            return;
        }

        if (users is not null)
        {
            IdMappedLayers.Use(layers, $"{directory}-layers", users, mapped => Show(mapped, directory));
        }
        else
        {
            Show(layers, directory);
        }
    }

    private static void Show(IReadOnlyList<string> layers, string directory)
    {
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
