using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>A program in namespaces of its own, on a read-only root, as nobody, without capabilities.</summary>
public sealed record IsolatedChildOptions
{
    /// <summary>A directory of the host; the program sees it as its root, read-only.</summary>
    public required string Root { get; init; }

    /// <summary>As paths are inside.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The network that it joins, with a UTS namespace of its own; null: both are the host's.</summary>
    public FileDescriptor? Netns { get; init; }
    public string Hostname { get; init; } = "";
    public bool NewIpc { get; init; }
    public bool NewPid { get; init; }

    /// <summary>Set in the namespaces above: <c>net.*</c> and those of IPC.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>User and group.</summary>
    public required int Id { get; init; }

    /// <summary>fd 3, 4 …; the first three are /dev/null.</summary>
    public IReadOnlyList<FileDescriptor> Descriptors { get; init; } = [];
}

/// <summary>
/// Starts a program in new namespaces without another program's help: a thread goes there, gives up what it has, and
/// starts the child, which is born with all that (unshare(2), pivot_root(2), capabilities(7)).
/// </summary>
public static unsafe partial class IsolatedChild
{
    private const int NewMounts = 0x20000, NewUts = 0x4000000, NewIpc = 0x8000000, NewPid = 0x20000000, NewNet = 0x40000000, OwnFs = 0x200;
    private const int Detach = 2, DropFromBoundingSet = 24, LastCapability = 63;
    private const long X64SetGroups = 116, X64SetGid = 119, X64SetUid = 117, X64Pivot = 155, ArmSetGroups = 159, ArmSetGid = 149, ArmSetUid = 147, ArmPivot = 41;

    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <returns>Its pid; whoever calls waits for its end.</returns>
    public static Task<int> Start(IsolatedChildOptions options) => ChildProcess.OnOwnThread(() =>
    {
        // What needs files of the host comes before the root is another one.
        using var nothing = Pipe.DevNull();
        var flags = OwnFs | NewMounts | (options.Netns is null ? 0 : NewUts) | (options.NewIpc ? NewIpc : 0);
        LinuxException.Check(unshare(flags), "unshare", "namespaces");
        if (options.Netns is { } netns)
        {
            LinuxException.Check(setns(netns, NewNet), "setns", "net");
            LinuxException.Check(sethostname(options.Hostname, System.Text.Encoding.UTF8.GetByteCount(options.Hostname)), "sethostname", options.Hostname);
        }

        foreach (var (name, value) in options.Sysctls)
        {
            File.WriteAllText($"/proc/sys/{name.Replace('.', '/')}", value);
        }

        EnterRoot(options.Root);
        if (options.NewPid)
        {
            LinuxException.Check(unshare(NewPid), "unshare", "pid");
        }

        GiveUp(options.Id);
        return ChildProcess.Spawn(options.Command, ["PATH=/"], [nothing, nothing, nothing, .. options.Descriptors]);
    });

    /// <summary>
    /// The same for a program that makes namespaces itself (<see cref="UserNamespace.Start"/>): it keeps what that takes, and
    /// gives it up when they are there.
    /// </summary>
    /// <param name="options">Root, command and descriptors.</param>
    /// <param name="output">fd 1.</param>
    internal static Task<int> StartCapable(IsolatedChildOptions options, FileDescriptor output) => ChildProcess.OnOwnThread(() =>
    {
        using var nothing = Pipe.DevNull();
        LinuxException.Check(unshare(OwnFs | NewMounts), "unshare", "namespaces");
        EnterRoot(options.Root);
        DeniedCalls.ApplyToThread();
        LinuxException.Check((int)syscall(IsX64 ? X64SetGroups : ArmSetGroups, 0, 0, 0), "setgroups", "none");
        return ChildProcess.Spawn(options.Command, ["PATH=/"], [nothing, output, nothing, .. options.Descriptors]);
    });

    private static void EnterRoot(string root)
    {
        Mounts.Mount("none", "/", "none", MountFlags.Recursive | MountFlags.Private);
        Mounts.Mount(root, root, "none", MountFlags.Bind);
        Mounts.Mount("none", root, "none", MountFlags.Bind | MountFlags.Remount | MountFlags.ReadOnly | MountFlags.NoSuid | MountFlags.NoDev);
        LinuxException.Check(chdir(root), "chdir", root);

        // The old root is put over the new one, and taken away from there: no directory is needed for it.
        LinuxException.Check((int)syscall(IsX64 ? X64Pivot : ArmPivot, "."u8, "."u8), "pivot_root", root);
        LinuxException.Check(umount2(".", Detach), "umount", "old root");
        LinuxException.Check(chdir("/"), "chdir", "/");
    }

    /// <summary>By bare system calls: libc's own would change all threads of this process.</summary>
    private static void GiveUp(int id)
    {
        for (var capability = 0; capability <= LastCapability && prctl(DropFromBoundingSet, capability, 0, 0, 0) == 0; capability++)
        {
        }

        DeniedCalls.ApplyToThread();
        LinuxException.Check((int)syscall(IsX64 ? X64SetGroups : ArmSetGroups, 0, 0, 0), "setgroups", "none");
        LinuxException.Check((int)syscall(IsX64 ? X64SetGid : ArmSetGid, id, id, id), "setresgid", $"{id}");
        LinuxException.Check((int)syscall(IsX64 ? X64SetUid : ArmSetUid, id, id, id), "setresuid", $"{id}");
    }

    private static nint syscall(long number, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two)
    {
        fixed (byte* first = one, second = two)
        {
            return syscall(number, (nint)first, (nint)second, 0);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, nint one, nint two, nint three);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(FileDescriptor fd, int kind);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int sethostname(string name, nint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chdir(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint two, nint three, nint four, nint five);
}
