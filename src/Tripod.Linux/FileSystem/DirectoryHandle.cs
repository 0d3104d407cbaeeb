using System.Runtime.InteropServices;
using static Tripod.Linux.FileSystem.FileSystemCalls;

namespace Tripod.Linux.FileSystem;

/// <summary>
/// An open directory. Names are single components in it, never followed where they are links; only
/// <see cref="OpenBelow(string)"/> and <see cref="OpenInside"/> take a path, and no path leads out of the directory (openat2(2)). Names are <see cref="ByteString"/>s.
/// </summary>
public sealed class DirectoryHandle : IDisposable
{
    private readonly FileDescriptor descriptor;

    private DirectoryHandle(FileDescriptor descriptor) => this.descriptor = descriptor;

    /// <param name="path">Text, resolved as usual.</param>
    public static DirectoryHandle Open(string path) => new(new FileDescriptor(LinuxException.Check(
        open(ByteString.FromText(path), OpenFlags.Directory | OpenFlags.CloseOnExec, 0), "open", path)));

    /// <summary>
    /// Opens a directory below this one as if this were the root: symbolic links on the way are followed, absolute ones
    /// from here, and <c>..</c> stops here. Nothing leads to another file system or through /proc's links.
    /// </summary>
    /// <returns>Null where the path does not exist or leads over something that is no directory.</returns>
    public DirectoryHandle? OpenBelow(string path) => OpenBelow(path, OpenFlags.NoOtherFileSystem);

    /// <summary>The same over mounts, as a container sees its own tree.</summary>
    public DirectoryHandle? OpenInside(string path) => OpenBelow(path, 0);

    private unsafe DirectoryHandle? OpenBelow(string path, ulong more)
    {
        var how = new OpenHow
        {
            Flags = (ulong)(uint)(OpenFlags.Directory | OpenFlags.CloseOnExec),
            Resolve = OpenFlags.InRoot | OpenFlags.NoMagicLinks | more,
        };
        while (true)
        {
            var fd = syscall(OpenAt2, descriptor, path, &how, sizeof(OpenHow));
            if (fd >= 0)
            {
                return new(new FileDescriptor((int)fd));
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EAGAIN or Errno.EINTR: // a rename elsewhere raced with the walk over ".."
                    continue;
                case Errno.ENOENT or Errno.ENOTDIR:
                    return null;
                case var errno:
                    throw new LinuxException("openat2", ByteString.ToText(path), errno);
            }
        }
    }

    /// <returns>Null where the name is no directory, or a link to one.</returns>
    public DirectoryHandle? OpenChild(string name)
    {
        var fd = openat(descriptor, name, OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        if (fd >= 0)
        {
            return new(new FileDescriptor(fd));
        }

        Expect("openat", name, Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP);
        return null;
    }

    /// <returns>False where the name is taken.</returns>
    public bool MakeDirectory(string name, int mode) => Made(mkdirat(descriptor, name, (uint)mode), "mkdirat", name);

    /// <summary>Creates a file that was not there, for writing; null where the name is taken.</summary>
    public FileDescriptor? CreateFile(string name, int mode)
    {
        var fd = openat(
            descriptor, name,
            OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.WriteOnly | OpenFlags.NoFollow | OpenFlags.CloseOnExec, (uint)mode);
        return Made(fd, "openat", name) ? new FileDescriptor(fd) : null;
    }

    /// <summary>Opens a file for reading; null where the name is gone, or is a link.</summary>
    public FileDescriptor? OpenFile(string name)
    {
        var fd = openat(descriptor, name, OpenFlags.NoFollow | OpenFlags.CloseOnExec | OpenFlags.NonBlock, 0);
        if (fd >= 0)
        {
            return new(fd);
        }

        Expect("openat", name, Errno.ENOENT, Errno.ELOOP);
        return null;
    }

    /// <summary>Where a symbolic link points.</summary>
    public unsafe string ReadLink(string name)
    {
        var buffer = stackalloc byte[4096];
        var length = (int)LinuxException.Check(readlinkat(descriptor, name, buffer, 4096), "readlinkat", ByteString.ToText(name));
        return System.Text.Encoding.Latin1.GetString(buffer, length);
    }

    /// <returns>False where the name is taken.</returns>
    public bool MakeSymbolicLink(string target, string name) => Made(symlinkat(target, descriptor, name), "symlinkat", name);

    /// <returns>False where the name is taken.</returns>
    public bool MakeHardLink(DirectoryHandle targetDirectory, string target, string name) =>
        Made(linkat(targetDirectory.descriptor, target, descriptor, name, 0), "linkat", name);

    /// <summary>Makes a device or a fifo (mknod(2)); false where the name is taken.</summary>
    public bool MakeNode(string name, FileType type, int mode, uint major = 0, uint minor = 0)
    {
        // makedev(3)
        var device = ((ulong)(major & 0xFFF) << 8) | (minor & 0xFF) | ((ulong)(minor & ~0xFFu) << 12) | ((ulong)(major & ~0xFFFu) << 32);
        return Made(mknodat(descriptor, name, (uint)type | (uint)mode, device), "mknodat", name);
    }

    public void SetOwner(string name, uint uid, uint gid) => LinuxException.Check(fchownat(descriptor, name, uid, gid, NoFollow), "fchownat", ByteString.ToText(name));

    /// <summary>Only for a name that is no symbolic link: fchmodat(2) follows those.</summary>
    public void SetMode(string name, int mode) => LinuxException.Check(fchmodat(descriptor, name, (uint)mode, 0), "fchmodat", ByteString.ToText(name));

    public unsafe void SetModified(string name, long seconds, long nanoseconds)
    {
        var times = stackalloc TimeSpec[2];
        times[0] = times[1] = new TimeSpec { Seconds = seconds, Nanoseconds = nanoseconds };
        LinuxException.Check(utimensat(descriptor, name, times, NoFollow), "utimensat", ByteString.ToText(name));
    }

    /// <returns>False where the file system knows no such attributes, or not on this kind of file.</returns>
    public unsafe bool SetAttribute(string name, string attribute, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
        {
            if (lsetxattr(PathOf(name), attribute, bytes, value.Length, 0) == 0)
            {
                return true;
            }

            Expect("lsetxattr", $"{attribute} of {name}", Errno.EOPNOTSUPP, Errno.EPERM);
            return false;
        }
    }

    /// <returns>Null where the attribute is not set. At most 64 KiB, the kernel's limit.</returns>
    public unsafe byte[]? GetAttribute(string name, string attribute)
    {
        var value = new byte[0x10000];
        fixed (byte* bytes = value)
        {
            var length = lgetxattr(PathOf(name), attribute, bytes, value.Length);
            if (length >= 0)
            {
                return value[..(int)length];
            }

            Expect("lgetxattr", name, Errno.ENODATA, Errno.EOPNOTSUPP);
            return null;
        }
    }

    /// <returns>Null where the name does not exist.</returns>
    public unsafe FileStatus? Status(string name)
    {
        const uint BasicStats = 0x7FF;
        const ulong MountRoot = 0x2000;

        // struct statx, 256 bytes: attributes 8, nlink 16, uid 20, gid 24, mode 28, ino 32, size 40, blocks 48, mtime 112, rdev 128 and 132.
        var buffer = stackalloc byte[256];
        if (statx(descriptor, name, NoFollow, BasicStats, buffer) != 0)
        {
            Expect("statx", name, Errno.ENOENT);
            return null;
        }

        var mode = *(ushort*)(buffer + 28);
        return new FileStatus(
            (FileType)(mode & 0xF000), mode & 0xFFF, *(uint*)(buffer + 20), *(uint*)(buffer + 24), *(uint*)(buffer + 16), *(ulong*)(buffer + 32),
            *(long*)(buffer + 40), *(long*)(buffer + 112), *(uint*)(buffer + 128), *(uint*)(buffer + 132))
        { Blocks = *(long*)(buffer + 48), IsMountPoint = (*(ulong*)(buffer + 8) & MountRoot) != 0 };
    }

    /// <summary>Takes a name away that is no directory; false where it is one. A name that is gone already is no error.</summary>
    public bool Unlink(string name) =>
        unlinkat(descriptor, name, 0) == 0 || Expect("unlinkat", name, Errno.EISDIR, Errno.ENOENT) == Errno.ENOENT;

    /// <returns>False where it is not empty.</returns>
    public bool RemoveDirectory(string name) =>
        unlinkat(descriptor, name, FileSystemCalls.RemoveDirectory) == 0 ||
        Expect("unlinkat", name, Errno.ENOTEMPTY, Errno.ENOENT) == Errno.ENOENT;

    /// <summary>Moves a name; false where the new one is taken.</summary>
    public bool Move(string name, DirectoryHandle to, string newName) =>
        Made(renameat2(descriptor, name, to.descriptor, newName, NoReplace), "renameat2", name);

    /// <summary>Flushes the whole file system this directory is on (syncfs(2)).</summary>
    public void FlushFileSystem() => LinuxException.Check(syncfs(descriptor), "syncfs");

    /// <summary>Flushes the names in this directory (fsync(2)).</summary>
    public void Flush() => LinuxException.Check(fsync(descriptor), "fsync");

    /// <summary>Its own group and mode.</summary>
    public void Give(uint group, int mode) => Ownership.Give(descriptor, group, mode);

    /// <summary>All names but <c>.</c> and <c>..</c>.</summary>
    public IReadOnlyList<string> Names() => DirectoryNames.Read(descriptor);

    public void Dispose() => descriptor.Dispose();

    private string PathOf(string name) => $"/proc/self/fd/{descriptor.Number}/{name}";

    private static bool Made(int result, string operation, string name) => result != -1 || Expect(operation, name, Errno.EEXIST) != Errno.EEXIST;

    private static int Expect(string operation, string name, params ReadOnlySpan<int> expected)
    {
        var errno = Marshal.GetLastPInvokeError();
        return expected.Contains(errno) ? errno : throw new LinuxException(operation, ByteString.ToText(name), errno);
    }
}
