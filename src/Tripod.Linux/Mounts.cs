using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>Flags of mount(2), with the kernel's values.</summary>
[Flags]
public enum MountFlags : ulong
{
    None = 0,
    ReadOnly = 1,
    NoSuid = 2,
    NoDev = 4,
    NoExec = 8,
    Synchronous = 16,
    Remount = 32,
    NoAccessTimes = 1024,
    NoDirectoryAccessTimes = 2048,
    Bind = 4096,
    Recursive = 16384,
    Private = 1 << 18,
    Slave = 1 << 19,
    Shared = 1 << 20,
}

/// <summary>mount(2) and umount2(2), in the mount namespace of the calling thread.</summary>
public static partial class Mounts
{
    private const int Detach = 2, NoFollow = 8, CloneFs = 0x200;

    public static void Mount(string source, string target, string type, MountFlags flags = MountFlags.None, string? data = null) =>
        LinuxException.Check(mount(source, target, type, (ulong)flags, data), "mount", target);

    /// <summary>Mounts with relative paths in the options resolved from <paramref name="directory"/>, which becomes the current one of a passing thread only.</summary>
    public static void MountIn(string directory, string source, string target, string type, string data)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                LinuxException.Check(unshare(CloneFs), "unshare", "fs");
                LinuxException.Check(chdir(directory), "chdir", directory);
                Mount(source, target, type, MountFlags.None, data);
            }
            catch (Exception caught)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(caught);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>
    /// Makes a directory a mount point of its own whose mounts are shared with mount namespaces that are cloned from
    /// this one, also where the host's root is private. Nothing happens where it is one already.
    /// </summary>
    public static void ShareSubtree(string path)
    {
        if (!IsMountPoint(path))
        {
            Mount(path, path, "none", MountFlags.Bind | MountFlags.Recursive);
        }

        Mount("none", path, "none", MountFlags.Shared);
    }

    /// <summary>Takes away all mounts below the path, and what <see cref="ShareSubtree"/> made of it; a file system that was mounted there before stays.</summary>
    public static void UnshareSubtree(string path)
    {
        foreach (var point in Below(path).Where(point => point != path))
        {
            Unmount(point);
        }

        if (IsBoundToItself(path))
        {
            Unmount(path);
        }
    }

    /// <summary>Whether the topmost mount there shows just what would be there without it.</summary>
    private static bool IsBoundToItself(string path)
    {
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).ToList();
        return mounts.FindLast(mount => Unescape(mount[4]) == path) is { } own
            && mounts.Find(mount => mount[0] == own[1]) is { } parent
            && own[2] == parent[2]
            && Unescape(own[3]) == Path.Join(Unescape(parent[3]), Path.GetRelativePath(Unescape(parent[4]), path) is "." ? "" : Path.GetRelativePath(Unescape(parent[4]), path)).TrimEnd('/');
    }

    /// <summary>Takes the topmost mount away at once; it ends when nothing uses it any more. Nothing happens where none is.</summary>
    /// <returns>False when nothing was mounted there.</returns>
    public static bool Unmount(string target)
    {
        if (umount2(target, Detach | NoFollow) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.EINVAL or Errno.ENOENT ? false : throw new LinuxException("umount", target, errno);
    }

    /// <summary>Whether something is mounted exactly there.</summary>
    public static bool IsMountPoint(string path) => Below(path).Contains(path);

    /// <summary>Every mount point at or below the path, deepest last mounted first, so that they can be taken away in this order (proc_pid_mountinfo(5)).</summary>
    public static IReadOnlyList<string> Below(string path) =>
        [.. File.ReadLines("/proc/self/mountinfo")
            .Select(line => Unescape(line.Split(' ')[4]))
            .Where(point => point == path || point.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal))
            .Reverse()];

    private static string Unescape(string point) =>
        point.Contains('\\', StringComparison.Ordinal)
            ? point.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
                .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal)
            : point;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string type, ulong flags, string? data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chdir(string path);
}
