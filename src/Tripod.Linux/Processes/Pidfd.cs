using System.Runtime.InteropServices;
using Tripod.Linux.Events;

namespace Tripod.Linux.Processes;

/// <summary>A handle on a process that no reuse of its pid can redirect (pidfd_open(2)).</summary>
public sealed partial class Pidfd : IDisposable
{
    private const long SysPidfdSendSignal = 424, SysPidfdOpen = 434;

    private readonly FileDescriptor fd;

    private Pidfd(FileDescriptor fd) => this.fd = fd;

    /// <summary>Null where no such process is.</summary>
    public static Pidfd? Open(int pid)
    {
        var fd = syscall(SysPidfdOpen, pid, 0, 0, 0);
        if (fd >= 0)
        {
            return new Pidfd(new FileDescriptor((int)fd));
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? null : throw new LinuxException("pidfd_open", $"{pid}", errno);
    }

    /// <returns>False when it has ended already.</returns>
    public bool Signal(int signal)
    {
        if (syscall(SysPidfdSendSignal, fd.Number, signal, 0, 0) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? false : throw new LinuxException("pidfd_send_signal", $"{signal}", errno);
    }

    /// <summary>Completes when the process ends, whoever its parent is.</summary>
    public async Task Ended(CancellationToken cancel)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = EventLoop.Watch(fd, Readiness.Readable, _ => ended.TrySetResult());
        await ended.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    public void Dispose() => fd.Dispose();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, nint a, nint b, nint c, nint d);
}
