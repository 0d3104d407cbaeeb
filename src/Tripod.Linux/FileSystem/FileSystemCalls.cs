using System.Runtime.InteropServices;

namespace Tripod.Linux.FileSystem;

/// <summary>The *at calls that <see cref="DirectoryHandle"/> is made of, as their man pages have them; names are <see cref="ByteString"/>s.</summary>
internal static unsafe partial class FileSystemCalls
{
    internal const int NoFollow = 0x100, RemoveDirectory = 0x200, EmptyPath = 0x1000, NoReplace = 1;

    // openat2 has the same number on every architecture (syscalls(2)); glibc has no wrapper for it.
    internal const nint OpenAt2 = 437;

    [StructLayout(LayoutKind.Sequential)]
    internal struct OpenHow
    {
        internal ulong Flags, Mode, Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long Seconds, Nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial nint syscall(nint number, FileDescriptor directory, string path, OpenHow* how, nint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int openat(FileDescriptor directory, string name, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int mkdirat(FileDescriptor directory, string name, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int symlinkat(string target, FileDescriptor directory, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int linkat(FileDescriptor fromDirectory, string from, FileDescriptor toDirectory, string to, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int mknodat(FileDescriptor directory, string name, uint mode, ulong device);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int fchownat(FileDescriptor directory, string name, uint uid, uint gid, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int fchmodat(FileDescriptor directory, string name, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int utimensat(FileDescriptor directory, string name, TimeSpec* times, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int lsetxattr(string path, string name, byte* value, nint size, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial nint lgetxattr(string path, string name, byte* value, nint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int unlinkat(FileDescriptor directory, string name, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int renameat2(FileDescriptor fromDirectory, string from, FileDescriptor toDirectory, string to, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial int statx(FileDescriptor directory, string name, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    internal static partial nint readlinkat(FileDescriptor directory, string name, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint getdents64(FileDescriptor directory, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint pwrite(FileDescriptor file, byte* buffer, nint size, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ftruncate(FileDescriptor file, long length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int syncfs(FileDescriptor file);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fsync(FileDescriptor file);
}
