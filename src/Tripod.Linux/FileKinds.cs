using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>What kind of thing a path is, in words (statx(2); inode(7)).</summary>
public static partial class FileKinds
{
    private const int AtFdCwd = -100;
    private const uint StatxType = 1;

    /// <summary><c>file</c>, <c>directory</c>, <c>socket</c>, <c>character device</c>, <c>block device</c>, <c>fifo</c>, or <c>nothing</c> where the path does not exist.</summary>
    public static unsafe string Of(string path)
    {
        // struct statx is 256 bytes; stx_mode, a 16-bit word, stands at offset 28.
        var buffer = stackalloc byte[256];
        if (statx(AtFdCwd, path, 0, StatxType, buffer) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno is Errno.ENOENT or Errno.ENOTDIR ? "nothing" : throw new LinuxException("statx", path, errno);
        }

        return (*(ushort*)(buffer + 28) & 0xF000) switch
        {
            0x8000 => "file",
            0x4000 => "directory",
            0xC000 => "socket",
            0x2000 => "character device",
            0x6000 => "block device",
            0x1000 => "fifo",
            _ => "unknown",
        };
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* buffer);
}
