using System.Formats.Tar;
using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Containers.Files;

/// <summary>What a tar says of a file, from what statx(2) says of it.</summary>
internal static class TarEntries
{
    /// <summary>Null for a socket, which no archive holds.</summary>
    public static TarEntryType? TypeOf(FileType type) => type switch
    {
        FileType.Regular => TarEntryType.RegularFile,
        FileType.Directory => TarEntryType.Directory,
        FileType.SymbolicLink => TarEntryType.SymbolicLink,
        FileType.Fifo => TarEntryType.Fifo,
        FileType.CharacterDevice => TarEntryType.CharacterDevice,
        FileType.BlockDevice => TarEntryType.BlockDevice,
        _ => null,
    };

    public static PaxTarEntry Dress(PaxTarEntry entry, DirectoryHandle directory, string name, FileStatus status)
    {
        entry.Mode = (UnixFileMode)status.Mode;
        entry.Uid = (int)status.Uid;
        entry.Gid = (int)status.Gid;
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(status.ModifiedSeconds);
        if (entry.EntryType == TarEntryType.SymbolicLink)
        {
            entry.LinkName = ByteString.ToText(directory.ReadLink(name));
        }

        if (entry.EntryType is TarEntryType.CharacterDevice or TarEntryType.BlockDevice)
        {
            (entry.DeviceMajor, entry.DeviceMinor) = ((int)status.DeviceMajor, (int)status.DeviceMinor);
        }

        return entry;
    }
}
