using System.Globalization;
using Tripod.Linux;
using Tripod.Linux.FileSystem;

namespace Tripod.Pods.Volumes;

/// <summary>
/// Part of a volume for one mount of a container. It is opened so that no link in the volume leads out of it, and what was
/// opened, not its name, is bound to a place of the pod's own: what a container changes afterwards changes nothing.
/// </summary>
internal sealed class SubPaths(PodVolumes volumes)
{
    /// <summary>Below the pod's directory.</summary>
    public const string Folder = "volume-subpaths";

    /// <param name="volume">Its name, and where it stands on the host.</param>
    /// <param name="container">The name of the container, and which of its mounts it is.</param>
    /// <returns>What to mount in place of the volume.</returns>
    /// <exception cref="VolumeException">The path leads out of the volume, or cannot be made.</exception>
    public string Prepare(PodView pod, (string Name, string Path) volume, string subPath, (string Name, int Mount) container)
    {
        var place = Path.Combine(
            volumes.PodDirectory(pod.Uid), Folder, volume.Name, container.Name, container.Mount.ToString(CultureInfo.InvariantCulture));
        try
        {
            using var opened = Open(volume.Path, subPath);
            var source = $"/proc/self/fd/{opened.Number}";
            while (Mounts.IsMountPoint(place))
            {
                // Of an earlier run; a container that has it keeps it.
                Mounts.Unmount(place);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            MountPlace.Make(place, Directory.Exists(source));
            Mounts.Mount(source, place, "none", MountFlags.Bind | MountFlags.Recursive);
            return place;
        }
        catch (LinuxException failure) when (failure.Errno == Errno.EXDEV)
        {
            throw new VolumeException($"subPath {subPath} leads out of volume {volume.Name}: a link in the volume must stay in it", failure);
        }
        catch (IOException failure)
        {
            throw new VolumeException($"failed to prepare subPath {subPath} of volume {volume.Name}: {failure.Message}", failure);
        }
    }

    /// <summary>A directory is made where nothing is, with the mode of the volume's own.</summary>
    private static FileDescriptor Open(string root, string subPath)
    {
        if (File.Exists(root))
        {
            throw new VolumeException($"subPath {subPath}: the volume is a file");
        }

        return BeneathPath.Open(root, subPath) ?? BeneathPath.MakeDirectory(root, subPath, (int)File.GetUnixFileMode(root));
    }
}
