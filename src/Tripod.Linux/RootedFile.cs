using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>Reads files of a container's root file system as the container would see them: no link leads out of it (openat2(2)).</summary>
public static unsafe partial class RootedFile
{
    private const long SysOpenat2 = 437;
    private const ulong CloseOnExec = 0x80000, Directory = 0x10000, PathOnly = 0x200000;
    private const ulong ResolveInRoot = 0x10, ResolveNoMagicLinks = 0x02;

    /// <returns>Null where the file is not there, or is no regular file of at most <paramref name="most"/> bytes.</returns>
    public static byte[]? Read(string root, string path, int most = 1 << 20)
    {
        using var top = new FileDescriptor(LinuxException.Check(open(root, (int)(CloseOnExec | Directory | PathOnly)), "open", root));
        var how = stackalloc ulong[3] { CloseOnExec | 0x800 /* O_NONBLOCK: a fifo must not hold us */, 0, ResolveInRoot | ResolveNoMagicLinks };
        var fd = (int)syscall(SysOpenat2, top.Number, path, how, 24);
        if (fd < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.EACCES ? null : throw new LinuxException("openat2", path, errno);
        }

        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true);
        if (FileKinds.Of($"/proc/self/fd/{fd}") != "file" || RandomAccess.GetLength(handle) > most)
        {
            return null;
        }

        using var stream = new FileStream(handle, FileAccess.Read);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint syscall(long number, int directory, string path, ulong* how, nint size);
}
