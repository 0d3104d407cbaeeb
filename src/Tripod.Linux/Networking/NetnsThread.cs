using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>
/// One thread that steps into network namespaces on behalf of others, for work that comes a hundred times a second: a
/// thread of its own for each would cost more than the work (setns(2)). Between two pieces of work it stands in the
/// namespace it came from, so that it keeps no other alive.
/// </summary>
public static partial class NetnsThread
{
    private const int NewNet = 0x40000000, StackBytes = 256 * 1024;

    private static readonly BlockingCollection<Action> Queue = [];
    private static readonly Lazy<Thread> Worker = new(Start);
    private static FileDescriptor? home;

    /// <summary>As <see cref="Netns.Run{T}"/>: short, and system calls alone, such as opening a socket.</summary>
    public static Task<T> Run<T>(FileDescriptor netns, Func<T> work)
    {
        _ = Worker.Value;
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue.Add(() =>
        {
            try
            {
                LinuxException.Check(setns(netns, NewNet), "setns", "net");
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
            finally
            {
                // Staying in a stranger's namespace would give the next caller's socket to it.
                if (setns(home!, NewNet) != 0)
                {
                    Environment.FailFast("setns: the thread cannot get back into the host's network namespace");
                }
            }
        });
        return done.Task;
    }

    private static Thread Start()
    {
        home = Netns.Open("/proc/self/ns/net");
        var thread = new Thread(() =>
        {
            foreach (var work in Queue.GetConsumingEnumerable())
            {
                work();
            }
        }, StackBytes)
        { IsBackground = true, Name = "netns" };
        thread.Start();
        return thread;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(FileDescriptor fd, int kind);
}
