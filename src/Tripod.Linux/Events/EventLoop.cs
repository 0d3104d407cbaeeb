using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Events;

/// <summary>What an fd can be ready for (epoll_ctl(2)).</summary>
[Flags]
public enum Readiness : uint
{
    Readable = 0x001,

    /// <summary>How the kernel's pressure files say that their trigger was hit.</summary>
    Priority = 0x002,
    Writable = 0x004,
    Error = 0x008,
    HangUp = 0x010,

    /// <summary>Reported on each change only.</summary>
    EdgeTriggered = 1u << 31,
}

/// <summary>
/// The process's one thread that waits for fds (epoll(7)): ends of processes, file changes, pipes. Callbacks run on it
/// and must be short: complete a task, write to a channel.
/// </summary>
public static unsafe partial class EventLoop
{
    private const int CtlAdd = 1, CtlDel = 2, CloseOnExec = 0x80000, Most = 64;

    // struct epoll_event is 32 bits of events and 64 of data; the kernel packs it on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - 8;

    private static readonly ConcurrentDictionary<long, Action<Readiness>> Callbacks = new();
    private static readonly Lazy<int> Epoll = new(Start);
    private static long last;

    /// <returns>Disposing of it ends the watch; do so before the fd is closed. A callback that runs meanwhile may still be called once.</returns>
    public static IDisposable Watch(FileDescriptor fd, Readiness interest, Action<Readiness> ready)
    {
        var key = Interlocked.Increment(ref last);
        Callbacks[key] = ready;
        var wanted = stackalloc byte[16];
        *(uint*)wanted = (uint)interest;
        *(long*)(wanted + DataOffset) = key;
        if (epoll_ctl(Epoll.Value, CtlAdd, fd.Number, wanted) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            Callbacks.TryRemove(key, out _);
            throw new LinuxException("epoll_ctl", $"fd {fd.Number}", errno);
        }

        return new Registration(fd, key);
    }

    private static int Start()
    {
        var epoll = LinuxException.Check(epoll_create1(CloseOnExec), "epoll_create1");
        new Thread(() => Run(epoll)) { IsBackground = true, Name = "event loop" }.Start();
        return epoll;
    }

    private static void Run(int epoll)
    {
        var events = stackalloc byte[Most * 16];
        while (true)
        {
            var count = epoll_wait(epoll, events, Most, -1);
            for (var i = 0; i < count; i++)
            {
                var one = events + (i * EventSize);
                var key = *(long*)(one + DataOffset);
                if (Callbacks.TryGetValue(key, out var ready))
                {
                    Call(key, ready, *(Readiness*)one);
                }
            }
        }
    }

    private static void Call(long key, Action<Readiness> ready, Readiness readiness)
    {
        try
        {
            ready(readiness);
        }
        catch (ObjectDisposedException) when (!Callbacks.ContainsKey(key))
        {
            // Its owner let go of the fd between the event and the call.
        }
    }

    private sealed class Registration(FileDescriptor fd, long key) : IDisposable
    {
        public void Dispose()
        {
            if (Callbacks.TryRemove(key, out _) && !fd.IsClosed)
            {
                _ = epoll_ctl(Epoll.Value, CtlDel, fd.Number, null);
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, byte* wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, byte* events, int most, int timeout);
}
