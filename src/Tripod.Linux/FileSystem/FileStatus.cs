namespace Tripod.Linux.FileSystem;

public enum FileType
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}

/// <summary>What statx(2) says of a name itself, links not followed.</summary>
/// <param name="Mode">The permission bits with set-uid, set-gid and sticky (07777).</param>
public readonly record struct FileStatus(
    FileType Type, int Mode, uint Uid, uint Gid, uint Links, ulong Inode, long Size, long ModifiedSeconds, uint DeviceMajor, uint DeviceMinor)
{
    /// <summary>Of 512 bytes, that it takes on the disk.</summary>
    public long Blocks { get; init; }

    /// <summary>Something is mounted on it, be it of the same file system (STATX_ATTR_MOUNT_ROOT).</summary>
    public bool IsMountPoint { get; init; }

    /// <summary>How overlayfs marks a name as deleted: character device 0/0.</summary>
    public bool IsWhiteout => Type == FileType.CharacterDevice && DeviceMajor == 0 && DeviceMinor == 0;
}
