using System.Runtime.InteropServices;

namespace Tripod.Linux.FileSystem;

/// <summary>Opens paths that must stay below a directory, whatever links stand in it (openat2(2), RESOLVE_BENEATH).</summary>
public static unsafe class BeneathPath
{
    private const int PathOnly = 0x200000;
    private const ulong Beneath = 0x08;

    /// <summary>A file or directory, only to be mounted or named: nothing of it is opened.</summary>
    /// <param name="root">Text; resolved as usual.</param>
    /// <param name="path">Relative text.</param>
    /// <returns>Null where it does not exist.</returns>
    /// <exception cref="LinuxException">EXDEV: it leads out of the root.</exception>
    public static FileDescriptor? Open(string root, string path)
    {
        using var top = new FileDescriptor(LinuxException.Check(FileSystemCalls.open(ByteString.FromText(root), PathOnly | OpenFlags.Directory | OpenFlags.CloseOnExec, 0), "open", root));
        return Open(top, path);
    }

    /// <summary>Makes the directories of the path that are missing, of just that mode whatever the umask, and opens the last.</summary>
    public static FileDescriptor MakeDirectory(string root, string path, int mode)
    {
        using var top = new FileDescriptor(LinuxException.Check(FileSystemCalls.open(ByteString.FromText(root), PathOnly | OpenFlags.Directory | OpenFlags.CloseOnExec, 0), "open", root));
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var count = 1; count <= parts.Length; count++)
        {
            if (Open(top, string.Join('/', parts[..count])) is { } there)
            {
                there.Dispose();
                continue;
            }

            using var parent = Open(top, count == 1 ? "." : string.Join('/', parts[..(count - 1)])) ?? throw new LinuxException("mkdir", path, Errno.ENOENT);
            if (FileSystemCalls.mkdirat(parent, ByteString.FromText(parts[count - 1]), (uint)mode) != 0 && Marshal.GetLastPInvokeError() is not Errno.EEXIST and var errno)
            {
                throw new LinuxException("mkdirat", path, errno);
            }

            using var made = Open(top, string.Join('/', parts[..count])) ?? throw new LinuxException("mkdir", path, Errno.ENOENT);
            File.SetUnixFileMode($"/proc/self/fd/{made.Number}", (UnixFileMode)mode); // not by its name, which may be a link by now
        }

        return Open(top, path.Length == 0 ? "." : path) ?? throw new LinuxException("openat2", path, Errno.ENOENT);
    }

    private static FileDescriptor? Open(FileDescriptor root, string path)
    {
        var how = new FileSystemCalls.OpenHow
        {
            Flags = PathOnly | (uint)OpenFlags.CloseOnExec,
            Resolve = Beneath | OpenFlags.NoMagicLinks,
        };
        while (true)
        {
            var fd = FileSystemCalls.syscall(FileSystemCalls.OpenAt2, root, ByteString.FromText(path), &how, sizeof(FileSystemCalls.OpenHow));
            if (fd >= 0)
            {
                return new FileDescriptor((int)fd);
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EAGAIN or Errno.EINTR: // a rename elsewhere raced with the walk over ".."
                    continue;
                case Errno.ENOENT:
                    return null;
                case var errno:
                    throw new LinuxException("openat2", path, errno);
            }
        }
    }
}
