using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>Network namespaces as file descriptors (network_namespaces(7)), and how to do something inside one.</summary>
public static partial class Netns
{
    internal const int CLONE_NEWNET = 0x40000000;
    private const int O_RDONLY = 0, O_CLOEXEC = 0x80000;

    // A thread inside needs few frames; a large stack would only cost page tables.
    private const int StackBytes = 256 * 1024;

    /// <summary>A new namespace with nothing in it but lo, down. It lives as long as the fd, a process or a mount holds it.</summary>
    public static FileDescriptor Create() => OnOwnThread(static () =>
    {
        LinuxException.Check(unshare(CLONE_NEWNET), "unshare", "net");
        return Open("/proc/thread-self/ns/net");
    });

    public static FileDescriptor Open(string path)
    {
        var fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            fd.Dispose();
            throw new LinuxException("open", path, errno);
        }

        return fd;
    }

    public static FileDescriptor OfProcess(int pid) => Open($"/proc/{pid}/ns/net");

    /// <summary>
    /// Runs a short piece of work on an OS thread of its own inside the namespace. Only direct, synchronous system
    /// calls belong in it: whatever starts a thread (a task, an async socket call) would start it inside the namespace
    /// too, where it would keep the namespace alive. A socket opened here stays in the namespace and may be used anywhere.
    /// </summary>
    public static T Run<T>(FileDescriptor netns, Func<T> work) => OnOwnThread(() =>
    {
        LinuxException.Check(setns(netns, CLONE_NEWNET), "setns", "net");
        return work();
    });

    /// <inheritdoc cref="Run{T}"/>
    public static void Run(FileDescriptor netns, Action work) => Run(netns, () =>
    {
        work();
        return true;
    });

    private static T OnOwnThread<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(Body, StackBytes) { IsBackground = true, Name = "netns" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;

        void Body()
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setns(FileDescriptor fd, int kind);
}
