using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Images that a container mounts as volumes. They stand below its bundle, where the root of a user namespace finds them too, and go with it.</summary>
internal static class ImageMounts
{
    /// <summary>Made ready by <see cref="Prepare"/>, for the mount of that number.</summary>
    public static string PlaceOf(RuntimePaths paths, string containerId, int mount) => Path.Combine(paths.Bundle(containerId), "images", $"{mount}-part");

    /// <summary>Asked again it does nothing.</summary>
    /// <exception cref="RuntimeException">The image is not there, or has no such part.</exception>
    public static void Prepare(RuntimeParts parts, ContainerRecord record, FileDescriptor? users)
    {
        for (var index = 0; index < record.Config.Mounts.Count; index++)
        {
            var mount = record.Config.Mounts[index];
            if (mount.Image.Length == 0)
            {
                continue;
            }

            var whole = Path.Combine(parts.Paths.Bundle(record.Id), "images", $"{index}");
            MountImage.Run(parts.Images.LayerDirectories(mount.Image), whole, users);
            ShowPart(whole, mount.ImageSubPath, PlaceOf(parts.Paths, record.Id, index));
        }
    }

    private static void ShowPart(string whole, string part, string place)
    {
        if (Mounts.IsMountPoint(place))
        {
            return;
        }

        try
        {
            using var opened = BeneathPath.Open(whole, part.Length > 0 ? part.TrimStart('/') : ".") ?? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"image sub path {part}: the image has no such file or directory");
            var source = $"/proc/self/fd/{opened.Number}";
            if (Directory.Exists(source))
            {
                Directory.CreateDirectory(place);
            }
            else
            {
                File.WriteAllBytes(place, []);
            }

            Mounts.Mount(source, place, "none", MountFlags.Bind);
        }
        catch (LinuxException failure) when (failure.Errno == Errno.EXDEV)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"image sub path {part} leads out of the image", inner: failure);
        }
    }
}
