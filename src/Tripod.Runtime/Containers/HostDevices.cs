using Tripod.Linux;

namespace Tripod.Runtime.Containers;

/// <summary>This machine's devices, for a container that is given some or all of them.</summary>
public static class HostDevices
{
    private static readonly string[] NotHanded = ["/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd", "/dev/console", "/dev/ptmx", "/dev/stdin", "/dev/stdout", "/dev/stderr"];

    // Every container has these from the OCI runtime.
    private static readonly string[] OfEvery = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom"];

    /// <summary>What a privileged container has more than others.</summary>
    public static IReadOnlyList<ContainerDevice> All() => [.. Below("/dev").Except(OfEvery).Select(path => new ContainerDevice(path, path))];

    /// <summary>One device, or all in a folder; empty where there is none.</summary>
    public static IReadOnlyList<ContainerDevice> At(string path, string inContainer, string permissions) =>
        Directory.Exists(path) ? [.. Below(path).Select(node => new ContainerDevice(node, Path.Join(inContainer, node[path.Length..]), permissions))]
        : IsDevice(path) ? [new ContainerDevice(path, inContainer, permissions)]
        : [];

    public static bool IsBlockDevice(string path) => Path.Exists(path) && FileKinds.Of(path) is "block device";

    private static IEnumerable<string> Below(string folder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Except(NotHanded).Where(path => new FileInfo(path).LinkTarget is null))
        {
            if (Directory.Exists(path))
            {
                foreach (var below in Below(path))
                {
                    yield return below;
                }
            }
            else if (IsDevice(path))
            {
                yield return path;
            }
        }
    }

    private static bool IsDevice(string path) => FileKinds.Of(path) is "character device" or "block device";
}
