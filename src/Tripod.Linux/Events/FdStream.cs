using System.Runtime.InteropServices;

namespace Tripod.Linux.Events;

/// <summary>
/// A pipe, fifo or pty master as a stream whose waits hold no thread: the fd is non-blocking and the event loop tells
/// when it is ready. One reader and one writer at a time.
/// </summary>
public sealed partial class FdStream : Stream
{
    private const int GetFlags = 3, SetFlags = 4, NonBlocking = 0x800, EIO = 5, EPIPE = 32, InvalidFlags = -1;

    private readonly FileDescriptor fd;
    private readonly IDisposable registration;
    private readonly SemaphoreSlim readable = new(0), writable = new(0);

    public FdStream(FileDescriptor fd)
    {
        this.fd = fd;
        var flags = fcntl(fd.Number, GetFlags, 0);
        if (flags == InvalidFlags)
        {
            throw new LinuxException("fcntl", $"fd {fd.Number}", Marshal.GetLastPInvokeError());
        }

        LinuxException.Check(fcntl(fd.Number, SetFlags, flags | NonBlocking), "fcntl", $"fd {fd.Number}");
        registration = EventLoop.Watch(fd, Readiness.Readable | Readiness.Writable | Readiness.EdgeTriggered, Ready);
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public FileDescriptor Descriptor => fd;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var (count, errno) = TryRead(buffer.Span);
            switch (errno)
            {
                case 0:
                    return count;
                case Errno.EAGAIN:
                    await readable.WaitAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case Errno.EINTR:
                    break;
                case EIO:
                    // A pty whose last user has gone.
                    return 0;
                default:
                    throw new LinuxException("read", $"fd {fd.Number}", errno);
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var (count, errno) = TryWrite(buffer.Span);
            switch (errno)
            {
                case 0:
                    buffer = buffer[count..];
                    break;
                case Errno.EAGAIN:
                    await writable.WaitAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case Errno.EINTR:
                    break;
                case EPIPE:
                    throw new IOException("the process has closed its end");
                default:
                    throw new LinuxException("write", $"fd {fd.Number}", errno);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !fd.IsClosed)
        {
            registration.Dispose();
            fd.Dispose();
            // Whoever still waits is let go, to find the fd closed.
            readable.Release();
            writable.Release();
        }

        base.Dispose(disposing);
    }

    private void Ready(Readiness what)
    {
        const Readiness Over = Readiness.Error | Readiness.HangUp;
        if ((what & (Readiness.Readable | Over)) != 0)
        {
            readable.Release();
        }

        if ((what & (Readiness.Writable | Over)) != 0)
        {
            writable.Release();
        }
    }

    private unsafe (int Count, int Errno) TryRead(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(fd.IsClosed, this);
        fixed (byte* start = buffer)
        {
            var count = read(fd, start, buffer.Length);
            return count >= 0 ? ((int)count, 0) : (0, Marshal.GetLastPInvokeError());
        }
    }

    private unsafe (int Count, int Errno) TryWrite(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(fd.IsClosed, this);
        fixed (byte* start = buffer)
        {
            var count = write(fd, start, buffer.Length);
            return count >= 0 ? ((int)count, 0) : (0, Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint read(FileDescriptor fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint write(FileDescriptor fd, byte* buffer, nint count);
}
