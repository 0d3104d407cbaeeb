using System.Runtime.InteropServices;

namespace Tripod.Linux.FileSystem;

/// <summary>How much a file system holds (statvfs(3)).</summary>
public static unsafe partial class FileSystemSize
{
    /// <param name="path">Anything on it.</param>
    /// <returns>Bytes and inodes; nothing of a path that is not there.</returns>
    public static (long Bytes, long Inodes, long FreeInodes) Of(string path)
    {
        // struct statvfs of the 64-bit ABIs: f_frsize at 8, f_blocks at 16, f_files at 40, f_ffree at 48.
        var buffer = stackalloc ulong[16];
        return statvfs(path, buffer) == 0 ? ((long)(buffer[1] * buffer[2]), (long)buffer[5], (long)buffer[6]) : default;
    }

    /// <summary>What of it an ordinary user has and may still take: what is kept for root or is beyond a quota counts as neither, as df(1) has it.</summary>
    public static FileSystemRoom RoomOf(string path)
    {
        // f_bfree at 24, f_bavail at 32.
        var buffer = stackalloc ulong[16];
        return statvfs(path, buffer) == 0
            ? new((long)(buffer[1] * (buffer[2] - buffer[3] + buffer[4])), (long)(buffer[1] * buffer[4]), (long)buffer[5], (long)buffer[6])
            : default;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statvfs(string path, ulong* buffer);
}

/// <summary>Bytes and inodes of a file system, in all and available; all zero where it could not be asked. Some file systems (btrfs) count no inodes.</summary>
public readonly record struct FileSystemRoom(long Bytes, long AvailableBytes, long Inodes, long FreeInodes);
