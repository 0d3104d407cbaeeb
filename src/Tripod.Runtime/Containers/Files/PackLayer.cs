using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;
using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers.Files;

/// <summary>
/// Writes a directory as a tar whose names begin in it: a container's writable layer with overlayfs's marks turned into an
/// image layer's (OCI image-spec, layer.md, whiteouts), or a whole root file system.
/// </summary>
internal sealed class PackLayer(bool isLayer)
{
    private const string Whiteout = ".wh.", Opaque = ".wh..wh..opq", Capability = "security.capability";

    private readonly Dictionary<ulong, string> links = [];

    public async Task RunAsync(string directory, Stream target, CancellationToken cancel)
    {
        using var root = DirectoryHandle.Open(directory);
        var tar = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            await WriteChildrenAsync(tar, root, "", cancel).ConfigureAwait(false);
        }
    }

    private async Task WriteChildrenAsync(TarWriter tar, DirectoryHandle directory, string prefix, CancellationToken cancel)
    {
        if (isLayer && prefix.Length > 0 && directory.GetAttribute(".", "trusted.overlay.opaque") is [(byte)'y', ..])
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, prefix + Opaque), cancel).ConfigureAwait(false);
        }

        foreach (var name in directory.Names())
        {
            if (directory.Status(name) is { } status)
            {
                await WriteAsync(tar, directory, name, prefix, status, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task WriteAsync(TarWriter tar, DirectoryHandle directory, string name, string prefix, FileStatus status, CancellationToken cancel)
    {
        var shown = prefix + ByteString.ToText(name);
        if (status.IsWhiteout && isLayer)
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, prefix + Whiteout + ByteString.ToText(name)), cancel).ConfigureAwait(false);
            return;
        }

        if (isLayer && status.Type == FileType.Regular && MountTraces.Has($"/{shown}", status))
        {
            return;
        }

        if (status is { Links: > 1, Type: FileType.Regular } && !links.TryAdd(status.Inode, shown))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.HardLink, shown) { LinkName = links[status.Inode] }, cancel).ConfigureAwait(false);
            return;
        }

        if (Entry(directory, name, shown, status) is not { } entry)
        {
            return;
        }

        using var file = status.Type == FileType.Regular ? directory.OpenFile(name) : null;
        if (file is not null)
        {
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
        using var child = status.Type == FileType.Directory ? directory.OpenChild(name) : null;
        if (child is not null)
        {
            await WriteChildrenAsync(tar, child, shown + "/", cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Null for a socket, which no archive holds.</summary>
    private static PaxTarEntry? Entry(DirectoryHandle directory, string name, string shown, FileStatus status)
    {
        if (TarEntries.TypeOf(status.Type) is not { } type)
        {
            return null;
        }

        var more = new Dictionary<string, string>();
        if (directory.GetAttribute(name, Capability) is { } capability)
        {
            more[$"SCHILY.xattr.{Capability}"] = ByteString.ToText(System.Text.Encoding.Latin1.GetString(capability));
        }

        return TarEntries.Dress(new PaxTarEntry(type, type == TarEntryType.Directory ? $"{shown}/" : shown, more), directory, name, status);
    }
}
