using System.Buffers;
using System.IO.Pipelines;

namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>One stream that the client opened. Either side ends its half alone; a reset ends both.</summary>
internal sealed class SpdyStream(SpdyConnection connection, uint id, IReadOnlyDictionary<string, string> headers) : Stream
{
    /// <summary>Kubernetes' clients send without regard to windows: what one stream leaves unread beyond this holds up the others.</summary>
    private const int MostUnread = 1024 * 1024, Resume = MostUnread / 2;

    private readonly Pipe input = new(new PipeOptions(pauseWriterThreshold: MostUnread, resumeWriterThreshold: Resume, useSynchronizationContext: false));
    private int inputEnded, outputEnded;

    public uint Id => id;

    /// <summary>As the client opened it, by names in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers => headers;

    /// <summary>Bytes taken since the client was last told that it may send more; kept by the connection.</summary>
    internal int Taken { get; set; }

    internal bool IsOver => Volatile.Read(ref inputEnded) != 0 && Volatile.Read(ref outputEnded) != 0;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await input.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        result.Buffer.Slice(0, count).CopyTo(buffer.Span);
        input.Reader.AdvanceTo(result.Buffer.GetPosition(count));
        if (count > 0)
        {
            await connection.TakenAsync(this, count, cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref outputEnded) != 0)
        {
            throw new IOException($"stream {id} is closed");
        }

        await connection.SendDataAsync(id, buffer, fin: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells the client that nothing more will come.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref outputEnded, 1) == 0)
        {
            await connection.SendDataAsync(id, default, fin: true, cancel).ConfigureAwait(false);
            connection.Forget(this);
        }
    }

    /// <summary>Ends both halves at once; for who reads the stream, or where nobody does.</summary>
    public async Task ResetAsync(SpdyResetReason reason, CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref outputEnded, 1) == 0)
        {
            await connection.SendAsync(SpdyFrameHead.Frame(SpdyFrameType.RstStream, id, (uint)reason), cancel).ConfigureAwait(false);
        }

        // The writer's end of the pipe is the connection's alone.
        Interlocked.Exchange(ref inputEnded, 1);
        await input.Reader.CompleteAsync().ConfigureAwait(false);
        connection.Forget(this);
    }

    /// <summary>Called by the connection's reader; completes when there is room for more.</summary>
    internal async ValueTask ReceiveAsync(ReadOnlySequence<byte> data, CancellationToken cancel)
    {
        if (Volatile.Read(ref inputEnded) == 0)
        {
            foreach (var part in data)
            {
                await input.Writer.WriteAsync(part, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The client's half is over: null, and the reader sees the end; otherwise it sees the failure.</summary>
    internal void ReceiveEnd(Exception? failure)
    {
        if (Interlocked.Exchange(ref inputEnded, 1) == 0)
        {
            input.Writer.Complete(failure);
        }
    }

    /// <summary>The client reset the stream, or the connection is gone.</summary>
    internal void Break(string why)
    {
        Interlocked.Exchange(ref outputEnded, 1);
        ReceiveEnd(new IOException(why));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously");

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>What still comes is dropped.</summary>
    protected override void Dispose(bool disposing)
    {
        input.Reader.Complete();
        base.Dispose(disposing);
    }
}
