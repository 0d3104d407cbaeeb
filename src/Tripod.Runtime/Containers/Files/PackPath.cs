using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;
using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers.Files;

/// <summary>Writes what is at a path of a container as a tar; its names begin with the path's own last one (<c>docker cp</c>).</summary>
internal sealed class PackPath(RuntimeParts parts)
{
    public async Task RunAsync(string id, string path, Stream target, CancellationToken cancel)
    {
        var (folder, name) = ContainerPaths.Split(path);
        using var directory = new ContainerPaths(parts).Open(id, folder);
        if (directory?.Status(name) is not { } status)
        {
            throw ContainerPaths.Missing(id, path);
        }

        var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            var shown = path.TrimEnd('/').Split('/')[^1] is { Length: > 0 } last ? last : ".";
            await WriteAsync(tar, directory, name, shown, status, cancel).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(TarWriter tar, DirectoryHandle directory, string name, string shown, FileStatus status, CancellationToken cancel)
    {
        if (Entry(directory, name, shown, status) is not { } entry)
        {
            return;
        }

        if (status.Type == FileType.Regular)
        {
            using var file = directory.OpenFile(name);
            if (file is null)
            {
                return;
            }

            using var handle = new SafeFileHandle(file.Number, ownsHandle: false);
            var content = new FileStream(handle, FileAccess.Read);
            await using (content.ConfigureAwait(false))
            {
                entry.DataStream = content;
                await tar.WriteEntryAsync(entry, cancel).ConfigureAwait(false);
            }

            return;
        }

        await tar.WriteEntryAsync(entry, cancel).ConfigureAwait(false);
        using var children = status.Type == FileType.Directory ? directory.OpenChild(name) : null;
        foreach (var child in children?.Names() ?? [])
        {
            if (children!.Status(child) is { } next)
            {
                await WriteAsync(tar, children, child, $"{shown}/{ByteString.ToText(child)}", next, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Null for a socket, which no archive holds.</summary>
    private static PaxTarEntry? Entry(DirectoryHandle directory, string name, string shown, FileStatus status) =>
        TarEntries.TypeOf(status.Type) is { } type ? TarEntries.Dress(new PaxTarEntry(type, type == TarEntryType.Directory ? $"{shown}/" : shown), directory, name, status) : null;
}
