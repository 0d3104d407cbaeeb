using System.Globalization;
using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers.Files;

/// <summary>
/// Opens what is at a path of a container: of a running one as its processes see it, mounts and all; of another in its root
/// file system and in what would be mounted. Every link is resolved inside (openat2(2)).
/// </summary>
internal sealed class ContainerPaths(RuntimeParts parts)
{
    /// <exception cref="RuntimeException">NotFound.</exception>
    public PathStatus Status(string id, string path)
    {
        var (folder, name) = Split(path);
        using var directory = Open(id, folder);
        var status = directory?.Status(name) ?? throw Missing(id, path);
        return new(
            path.TrimEnd('/').Split('/')[^1] is { Length: > 0 } last ? last : "/",
            status.Type,
            status.Mode,
            status.Size,
            DateTimeOffset.FromUnixTimeSeconds(status.ModifiedSeconds),
            status.Type == FileType.SymbolicLink ? ByteString.ToText(directory.ReadLink(name)) : "");
    }

    /// <summary>The directory at a path, links followed; null where there is none.</summary>
    public DirectoryHandle? Open(string id, string path)
    {
        var record = parts.Table.Get(id).Record;
        var (root, rest) = record.State == ContainerState.Running
            ? (string.Create(CultureInfo.InvariantCulture, $"/proc/{record.Pid}/root"), path)
            : OfStopped(record, path);
        using var top = DirectoryHandle.Open(root);
        return top.OpenInside(ByteString.FromText(rest.Trim('/') is { Length: > 0 } below ? below : "."));
    }

    /// <summary>Where a path may be written to.</summary>
    /// <exception cref="RuntimeException">PermissionDenied: it is read-only for the container.</exception>
    public void RequireWritable(string id, string path)
    {
        var config = parts.Table.Get(id).Record.Config;
        var mount = Mounted(config, path);
        if (mount is { ReadOnly: true })
        {
            throw new RuntimeException(RuntimeErrorKind.PermissionDenied, $"mounted volume is marked read-only: {mount.ContainerPath}");
        }

        if (mount is null && config.Security.ReadOnlyRootfs)
        {
            throw new RuntimeException(RuntimeErrorKind.PermissionDenied, "container rootfs is marked read-only");
        }
    }

    /// <summary>The folder and the name in it; a path that ends in a slash or a dot is its own folder.</summary>
    public static (string Folder, string Name) Split(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 || parts[^1] is "." or ".." || (path.EndsWith('/') && parts.Length > 0)
            ? (path, ".")
            : (string.Join('/', parts[..^1]), ByteString.FromText(parts[^1]));
    }

    public static RuntimeException Missing(string id, string path) => new(RuntimeErrorKind.NotFound, $"Could not find the file {path} in container {id}");

    private (string Root, string Path) OfStopped(Records.ContainerRecord record, string path)
    {
        var plain = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        if (Mounted(record.Config, plain) is { Tmpfs: null } mount && Directory.Exists(mount.HostPath))
        {
            return (mount.HostPath, plain[mount.ContainerPath.TrimEnd('/').Length..]);
        }

        if (!Tripod.Linux.Mounts.IsMountPoint(parts.Paths.Rootfs(record.Id)))
        {
            RootfsMount.Mount(parts.Paths.Rootfs(record.Id), parts.Paths.State(record.Id), parts.Images.LayerDirectories(record.ImageId));
        }

        return (parts.Paths.Rootfs(record.Id), plain);
    }

    private static ContainerMount? Mounted(ContainerConfig config, string path) => config.Mounts
        .Where(mount => path == mount.ContainerPath.TrimEnd('/') || path.StartsWith(mount.ContainerPath.TrimEnd('/') + "/", StringComparison.Ordinal))
        .MaxBy(mount => mount.ContainerPath.Length);
}
