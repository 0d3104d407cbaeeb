using System.Globalization;
using System.Runtime.InteropServices;
using Tripod.Linux.Networking;

namespace Tripod.Linux.Processes;

/// <summary>A run of ids: <paramref name="Length"/> of them, from <paramref name="Inside"/> in the namespace and from <paramref name="Outside"/> on the host.</summary>
public readonly record struct IdRange(uint Inside, uint Outside, uint Length);

/// <summary>User namespaces (user_namespaces(7)) of processes, seen from the host's own.</summary>
public static partial class UserNamespace
{
    private const int NewNet = 0x40000000, NewIpc = 0x08000000, NewUts = 0x04000000;
    private const byte MakeNamespaces = 2;
    private const uint Unchanged = uint.MaxValue;

    private static readonly long SetResGid = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 119 : 149;
    private static readonly long SetResUid = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 117 : 147;

    /// <summary>Keeps the namespace, also when the process is gone.</summary>
    public static FileDescriptor OfProcess(int pid) => Netns.Open($"/proc/{pid}/ns/user");

    /// <summary>
    /// Starts pause in a user namespace of its own, whose are its network, IPC, UTS and PID namespaces as well. No thread of a
    /// process with several can make or enter such a namespace (setns(2), EINVAL), so that the program does, in two steps:
    /// <code>
    ///   program ── clone: user ──► first ── clone: net, ipc, uts, pid ──► pause
    ///      │ its pid, by fd 1        │ ids are mapped; its pid, by fd 1      │ gives up what it can do
    /// </code>
    /// so that what comes into being with the latter belongs to a root who has an id.
    /// </summary>
    /// <param name="options">Root, command and descriptors; the first of these is the pipe on which the program is spoken to.</param>
    /// <param name="talk">That pipe's other end.</param>
    /// <param name="uids">Which it has.</param>
    /// <param name="gids">Which it has.</param>
    /// <returns>Its pid; whoever calls waits for its end.</returns>
    public static async Task<int> Start(IsolatedChildOptions options, FileDescriptor talk, IReadOnlyList<IdRange> uids, IReadOnlyList<IdRange> gids)
    {
        var (report, reportEnd) = Pipe.Create();
        using var reported = report;
        int program;
        using (reportEnd)
        {
            Pipe.WriteByte(talk, MakeNamespaces);
            program = await IsolatedChild.StartCapable(options, reportEnd).ConfigureAwait(false);
        }

        return await ChildProcess.OnOwnThread(() =>
        {
            var first = Reported(report, program, "user namespace");
            try
            {
                Write($"/proc/{first}/uid_map", uids);
                Write($"/proc/{first}/gid_map", gids);
                Pipe.WriteByte(talk);
            }
            catch
            {
                Signals.Send(first, Signals.Kill);
                ChildProcess.Wait(first);
                throw;
            }

            return Reported(report, first, "namespaces");
        }).ConfigureAwait(false);
    }

    /// <summary>The pid of the child that a program has started before it ended.</summary>
    private static int Reported(FileDescriptor report, int program, string what)
    {
        var pid = Pipe.ReadNumber(report) ?? -Errno.ECHILD;
        ChildProcess.Wait(program);
        return pid > 0 ? pid : throw new LinuxException("clone", what, -pid);
    }

    /// <summary>Names the machine and sets kernel parameters in the namespaces of a process, which are its user namespace's.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="root">The host's ids of the one who is root in it.</param>
    /// <param name="hostname">Empty: left as it is.</param>
    /// <param name="sysctls">Of the network and of IPC.</param>
    public static Task Configure(int pid, (uint Uid, uint Gid) root, string hostname, IReadOnlyDictionary<string, string> sysctls) => ChildProcess.OnOwnThread(() =>
    {
        foreach (var (kind, flag) in ((string, int)[])[("uts", NewUts), ("net", NewNet), ("ipc", NewIpc)])
        {
            using var space = Netns.Open($"/proc/{pid}/ns/{kind}");
            LinuxException.Check(setns(space, flag), "setns", kind);
        }

        if (hostname.Length > 0)
        {
            LinuxException.Check(sethostname(hostname, System.Text.Encoding.UTF8.GetByteCount(hostname)), "sethostname", hostname);
        }

        // The network's are set by whoever has the capability, those of IPC by the namespace's root alone (since Linux 5.19).
        var left = sysctls.Where(sysctl => !TrySet(sysctl.Key, sysctl.Value)).ToList();
        if (left.Count > 0)
        {
            // By bare system calls, for this thread alone.
            LinuxException.Check((int)syscall(SetResGid, Unchanged, root.Gid, Unchanged), "setresgid", $"{root.Gid}");
            LinuxException.Check((int)syscall(SetResUid, Unchanged, root.Uid, Unchanged), "setresuid", $"{root.Uid}");
        }

        foreach (var (name, value) in left)
        {
            if (!TrySet(name, value))
            {
                throw new LinuxException("open", PathOf(name), Errno.EACCES);
            }
        }

        return true;
    });

    private static string PathOf(string sysctl) => $"/proc/sys/{sysctl.Replace('.', '/')}";

    private static bool TrySet(string name, string value)
    {
        try
        {
            File.WriteAllText(PathOf(name), value);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Write(string path, IReadOnlyList<IdRange> ranges)
    {
        var text = string.Concat(ranges.Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.Inside} {range.Outside} {range.Length}\n")));
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        // The kernel takes one write, or none.
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(FileDescriptor fd, int kind);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int sethostname(string name, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, uint real, uint effective, uint saved);
}
