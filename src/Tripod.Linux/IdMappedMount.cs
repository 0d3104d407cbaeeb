using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>
/// Mounts that show files under other ids than the disk has: those of a user namespace (mount_setattr(2), "ID-mapped
/// mounts"). Linux 5.12, and a file system that takes part; others fail with EINVAL.
/// </summary>
public static unsafe partial class IdMappedMount
{
    // The same numbers on every architecture (syscalls(2)).
    private const nint OpenTree = 428, MoveMount = 429, FsOpen = 430, FsConfig = 431, FsMount = 432, MountSetAttributes = 442;
    private const int CloneTree = 1, CloseOnExec = 0x80000, Recursive = 0x8000, EmptyPath = 0x1000, FromEmptyPath = 4, HereFd = -100, Create = 6, Closed = 1;
    private const ulong IdMap = 0x100000;

    /// <summary>Shows <paramref name="source"/> at <paramref name="target"/> under the namespace's ids.</summary>
    /// <param name="source">A file or directory.</param>
    /// <param name="target">Of the same kind; it is there.</param>
    /// <param name="userNamespace">Not the host's.</param>
    /// <param name="withMountsBelow">
    /// Those below the source come along. Where one of them is of a file system that takes no part, they come as they are:
    /// what they hold belongs to nobody inside.
    /// </param>
    /// <exception cref="LinuxException">EINVAL: the source's file system takes no part. EPERM: it is shown under other ids already.</exception>
    public static void Bind(string source, string target, FileDescriptor userNamespace, bool withMountsBelow)
    {
        var below = withMountsBelow ? Recursive : 0;
        using var tree = Checked(syscall(OpenTree, HereFd, source, CloneTree | CloseOnExec | below, 0, 0), "open_tree", source);
        if (below == 0 || !TryMap(tree, userNamespace, Recursive))
        {
            if (!TryMap(tree, userNamespace, 0))
            {
                throw new LinuxException("mount_setattr", source, Marshal.GetLastPInvokeError());
            }
        }

        fixed (byte* nothing = "\0"u8, place = System.Text.Encoding.UTF8.GetBytes(target + '\0'))
        {
            LinuxException.Check(syscall(MoveMount, tree.Number, (nint)nothing, HereFd, (nint)place, FromEmptyPath), "move_mount", target);
        }
    }

    /// <summary>Whether the file system that a path is on takes part.</summary>
    public static bool IsPossible(string path, FileDescriptor userNamespace)
    {
        using var tree = Checked(syscall(OpenTree, HereFd, path, CloneTree | CloseOnExec, 0, 0), "open_tree", path);
        return TryMap(tree, userNamespace, 0);
    }

    /// <summary>Whether one in memory would, as Linux 6.3 is the first to let it.</summary>
    public static bool IsPossibleInMemory(FileDescriptor userNamespace)
    {
        using var made = Checked(syscall(FsOpen, "tmpfs", Closed), "fsopen", "tmpfs");
        LinuxException.Check(syscall(FsConfig, made.Number, Create, 0, 0, 0), "fsconfig", "tmpfs");
        using var tree = Checked(syscall(FsMount, made.Number, Closed, 0, 0, 0), "fsmount", "tmpfs");
        return TryMap(tree, userNamespace, 0);
    }

    private static bool TryMap(FileDescriptor tree, FileDescriptor userNamespace, int below)
    {
        var attributes = new MountAttributes { Set = IdMap, UserNamespace = (ulong)userNamespace.Number };
        fixed (byte* nothing = "\0"u8)
        {
            return syscall(MountSetAttributes, tree.Number, (nint)nothing, EmptyPath | below, (nint)(&attributes), sizeof(MountAttributes)) == 0;
        }
    }

    private static FileDescriptor Checked(nint fd, string operation, string subject) => new((int)LinuxException.Check(fd, operation, subject));

    /// <summary>struct mount_attr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributes
    {
        public ulong Set, Clear, Propagation, UserNamespace;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint one, nint two, nint three, nint four, nint five);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint syscall(nint number, nint directory, string path, nint flags, nint four, nint five);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint syscall(nint number, string name, nint flags);
}
