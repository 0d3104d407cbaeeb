using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>Calls on links themselves, which .NET's file classes follow instead.</summary>
public static partial class Links
{
    /// <summary>rename(2): replaces the target in one step, also where both are symbolic links.</summary>
    public static void Rename(string from, string to) => LinuxException.Check(rename(from, to), "rename", $"{from} to {to}");

    /// <summary>unlink(2): the link goes, never what it points at.</summary>
    public static void Unlink(string path) => LinuxException.Check(unlink(path), "unlink", path);

    /// <summary>rmdir(2).</summary>
    public static void RemoveDirectory(string path) => LinuxException.Check(rmdir(path), "rmdir", path);

    /// <summary>The path without any symbolic link in it (realpath(3)); it must exist.</summary>
    public static unsafe string Resolve(string path)
    {
        const int Most = 4096; // PATH_MAX
        var resolved = stackalloc byte[Most];
        return realpath(path, resolved) != null
            ? Marshal.PtrToStringUTF8((nint)resolved)!
            : throw new LinuxException("realpath", path, Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* realpath(string path, byte* resolved);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rmdir(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlink(string path);
}
