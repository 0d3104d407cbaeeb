using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Oci;

namespace Tripod.Runtime.Containers;

/// <summary>
/// Paths that an image declares to hold data (image-spec, config, "Volumes"), in a container of a pod: directories that are
/// there and can be written, also where the root is read-only. What is written goes with the container, as what containerd
/// makes of them does; a container of no pod has volumes of Docker's there.
/// </summary>
internal static class DeclaredVolumes
{
    private const int Mode = 0x1ED; // 0755

    /// <summary>Makes those that no layer has.</summary>
    public static void Make(string rootfs, ContainerConfig config, IReadOnlyList<string> declared)
    {
        foreach (var path in Wanted(config, declared))
        {
            try
            {
                using var made = BeneathPath.MakeDirectory(rootfs, path.Trim('/'), Mode);
            }
            catch (LinuxException failure) when (IsElsewhere(failure))
            {
                // A link, or a file, of the image's: it is left as it is.
            }
        }
    }

    /// <summary>The same directories once more, over a root that cannot be written.</summary>
    public static IReadOnlyList<SpecMount> Mounts(string rootfs, ContainerConfig config, IReadOnlyList<string> declared) => config.Security.ReadOnlyRootfs
        ? [.. Wanted(config, declared).Where(path => IsDirectory(rootfs, path)).Select(path => new SpecMount(path, "bind", Path.Join(rootfs, path), ["rbind", "rprivate", "rw"]))]
        : [];

    private static IEnumerable<string> Wanted(ContainerConfig config, IReadOnlyList<string> declared) =>
        declared.Select(static path => "/" + path.Trim('/')).Where(path => path.Length > 1 && !path.Split('/').Contains("..") && !config.Mounts.Any(mount => mount.ContainerPath.TrimEnd('/') == path)).Distinct(StringComparer.Ordinal);

    private static bool IsDirectory(string rootfs, string path)
    {
        try
        {
            using var opened = BeneathPath.Open(rootfs, path.Trim('/'));
            return opened is not null && Directory.Exists($"/proc/self/fd/{opened.Number}");
        }
        catch (LinuxException failure) when (IsElsewhere(failure))
        {
            return false;
        }
    }

    /// <summary>The path leads over a link out of the image, or over what is no directory.</summary>
    private static bool IsElsewhere(LinuxException failure) => failure.Errno is Errno.EXDEV or Errno.ELOOP or Errno.ENOTDIR or Errno.EEXIST;
}
