using System.Runtime.InteropServices;

namespace Tripod.Linux.FileSystem;

/// <summary>Whose a file is (lchown(2)).</summary>
public static partial class Ownership
{
    /// <summary>Of a symbolic link itself, not of what it leads to.</summary>
    public static void Change(string path, int uid, int gid) => LinuxException.Check(lchown(path, uid, gid), "lchown", path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, int uid, int gid);
}
