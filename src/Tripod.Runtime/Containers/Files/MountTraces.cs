using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers.Files;

/// <summary>What the OCI runtime leaves in a writable layer only because something was mounted there: no change that anybody made.</summary>
internal static class MountTraces
{
    private static readonly HashSet<string> Places =
    [
        "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev", "/dev/shm", "/dev/pts", "/dev/mqueue", "/dev/console", "/proc", "/sys", "/sys/fs", "/sys/fs/cgroup", "/sbin/docker-init",
    ];

    /// <param name="path">Absolute in the container.</param>
    /// <param name="status">Of what stands there.</param>
    public static bool Has(string path, FileStatus status) => Places.Contains(path) && (status is { Type: FileType.Regular, Size: 0 } or { Type: FileType.Directory });
}
