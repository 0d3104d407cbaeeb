using System.Runtime.InteropServices;

namespace Tripod.Linux.FileSystem;

/// <summary>Whose a file is (lchown(2)).</summary>
public static partial class Ownership
{
    /// <summary>Of a symbolic link itself, not of what it leads to.</summary>
    public static void Change(string path, int uid, int gid) => LinuxException.Check(lchown(path, uid, gid), "lchown", path);

    /// <summary>Of what the path leads to, such as the pipe behind <c>/proc/PID/fd/1</c>.</summary>
    public static void ChangeTarget(string path, uint uid, uint gid) => LinuxException.Check(chown(path, uid, gid), "chown", path);

    public static void Change(FileDescriptor file, uint uid, uint gid) => LinuxException.Check(fchown(file, uid, gid), "fchown", $"fd {file.Number}");

    /// <summary>In place of a user: leaves him as he is.</summary>
    internal const uint Unchanged = uint.MaxValue;

    /// <summary>Of an open file: its group and its mode. In this order, as a change of owner takes set-uid and set-gid away.</summary>
    internal static void Give(FileDescriptor file, uint group, int mode)
    {
        LinuxException.Check(fchown(file, Unchanged, group), "fchown", $"fd {file.Number}");
        LinuxException.Check(fchmod(file, (uint)mode), "fchmod", $"fd {file.Number}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(FileDescriptor file, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(FileDescriptor file, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, int uid, int gid);
}
