using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>
/// The server's side of SPDY/3.1 as Kubernetes uses it: the client opens streams, both write. Exec, attach and port
/// forwarding run it and are handed its streams.
/// </summary>
/// <remarks>
/// Windows (section 2.6.8) are kept up for what the client sends. What is sent to it is bound by TCP alone: Kubernetes'
/// clients never open their windows again, so that minding them would stop every stream after 64 KiB.
/// </remarks>
internal sealed class SpdyConnection(Stream transport) : IAsyncDisposable
{
    private const int MostPerFrame = 32 * 1024, MostControl = 64 * 1024, MostStreams = 2000, TellAfter = 32 * 1024;
    private const uint WholeSession = 0, StreamMask = 0x7FFFFFFF, GoAwayProtocolError = 1, OwnPing = 2;

    /// <summary>As for WebSockets: what reaches a client that is gone is answered by a reset.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    private readonly PipeReader reader = PipeReader.Create(transport);
    private readonly HeaderReader headers = new();
    private readonly ConcurrentDictionary<uint, SpdyStream> streams = new();
    private readonly SemaphoreSlim sending = new(1);
    private uint lastStream;
    private bool replied;
    private int taken;

    /// <summary>Reads until the client closes the connection or breaks the protocol.</summary>
    /// <param name="opened">Called for each new stream, after the client was told that it stands; must not block.</param>
    public async Task RunAsync(Action<SpdyStream> opened, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pinging = PingAsync(over.Token);
        try
        {
            while (await ReadHeadAsync(cancel).ConfigureAwait(false) is { } frame)
            {
                await (frame.Type == SpdyFrameType.Data ? ReadDataAsync(frame, cancel) : ReadControlAsync(frame, opened, cancel)).ConfigureAwait(false);
            }
        }
        catch (InvalidDataException)
        {
            await SendAsync(SpdyFrameHead.Frame(SpdyFrameType.GoAway, lastStream, GoAwayProtocolError), cancel).ConfigureAwait(false);
        }
        finally
        {
            foreach (var stream in streams.Values)
            {
                stream.Break("the client has closed the connection");
            }

            streams.Clear();
            await over.CancelAsync().ConfigureAwait(false);
            await pinging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task SendDataAsync(uint stream, ReadOnlyMemory<byte> data, bool fin, CancellationToken cancel)
    {
        var frame = ArrayPool<byte>.Shared.Rent(SpdyFrameHead.Size + Math.Min(data.Length, MostPerFrame));
        try
        {
            do
            {
                var part = data[..Math.Min(data.Length, MostPerFrame)];
                data = data[part.Length..];
                new SpdyFrameHead(SpdyFrameType.Data, stream, fin && data.IsEmpty, part.Length).Write(frame);
                part.CopyTo(frame.AsMemory(SpdyFrameHead.Size));
                await SendAsync(frame.AsMemory(0, SpdyFrameHead.Size + part.Length), cancel).ConfigureAwait(false);
            }
            while (!data.IsEmpty);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        await sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await transport.WriteAsync(frame, cancel).ConfigureAwait(false);
            await transport.FlushAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>Tells the client, now and then, that it may send more.</summary>
    internal async ValueTask TakenAsync(SpdyStream? stream, int count, CancellationToken cancel)
    {
        if (stream is not null && (stream.Taken += count) >= TellAfter)
        {
            var delta = stream.Taken;
            stream.Taken = 0;
            await SendAsync(SpdyFrameHead.Frame(SpdyFrameType.WindowUpdate, stream.Id, (uint)delta), cancel).ConfigureAwait(false);
        }

        if (Interlocked.Add(ref taken, count) >= TellAfter && Interlocked.Exchange(ref taken, 0) is > 0 and var whole)
        {
            await SendAsync(SpdyFrameHead.Frame(SpdyFrameType.WindowUpdate, WholeSession, (uint)whole), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Once both halves of it are over.</summary>
    internal void Forget(SpdyStream stream)
    {
        if (stream.IsOver)
        {
            streams.TryRemove(stream.Id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reader.CompleteAsync().ConfigureAwait(false);
        headers.Dispose();
        await transport.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<SpdyFrameHead?> ReadHeadAsync(CancellationToken cancel)
    {
        var result = await reader.ReadAtLeastAsync(SpdyFrameHead.Size, cancel).ConfigureAwait(false);
        if (result.Buffer.Length < SpdyFrameHead.Size)
        {
            return null;
        }

        var head = SpdyFrameHead.Parse(result.Buffer.Slice(0, SpdyFrameHead.Size).ToArray());
        reader.AdvanceTo(result.Buffer.GetPosition(SpdyFrameHead.Size));
        return head ?? throw new InvalidDataException("not SPDY/3");
    }

    private async Task ReadDataAsync(SpdyFrameHead frame, CancellationToken cancel)
    {
        streams.TryGetValue(frame.StreamId, out var stream);
        for (long left = frame.Length; left > 0;)
        {
            var result = await reader.ReadAsync(cancel).ConfigureAwait(false);
            var part = result.Buffer.Slice(0, Math.Min(left, result.Buffer.Length));
            if (part.IsEmpty && result.IsCompleted)
            {
                throw new EndOfStreamException("the client closed the connection within a frame");
            }

            left -= part.Length;
            if (stream is null)
            {
                // Of a stream that is over on our side: it counts for the session's window all the same.
                await TakenAsync(null, (int)part.Length, cancel).ConfigureAwait(false);
            }
            else
            {
                await stream.ReceiveAsync(part, cancel).ConfigureAwait(false);
            }

            reader.AdvanceTo(part.End);
        }

        if (frame.Fin && stream is not null)
        {
            stream.ReceiveEnd(null);
            Forget(stream);
        }
    }

    private async Task ReadControlAsync(SpdyFrameHead frame, Action<SpdyStream> opened, CancellationToken cancel)
    {
        if (frame.Length > MostControl)
        {
            throw new InvalidDataException("control frame is too large");
        }

        var result = await reader.ReadAtLeastAsync(frame.Length, cancel).ConfigureAwait(false);
        if (result.Buffer.Length < frame.Length)
        {
            throw new EndOfStreamException("the client closed the connection within a frame");
        }

        var body = result.Buffer.Slice(0, frame.Length).ToArray();
        reader.AdvanceTo(result.Buffer.GetPosition(frame.Length));
        switch (frame.Type)
        {
            case SpdyFrameType.SynStream:
                await OpenAsync(body, frame.Fin, opened, cancel).ConfigureAwait(false);
                break;
            case SpdyFrameType.RstStream when streams.TryRemove(First(body), out var reset):
                reset.Break("the client has reset the stream");
                break;
            case SpdyFrameType.Ping when First(body) != OwnPing:
                await SendAsync(SpdyFrameHead.Frame(SpdyFrameType.Ping, First(body)), cancel).ConfigureAwait(false);
                break;
            case SpdyFrameType.Headers when body.Length > 4:
                // Unused, but read: the blocks of a connection are one compressed stream.
                headers.Read(body.AsSpan(4));
                break;
        }
    }

    /// <summary>SYN_STREAM: id, associated id, priority, slot, headers.</summary>
    private async Task OpenAsync(byte[] body, bool fin, Action<SpdyStream> opened, CancellationToken cancel)
    {
        const int Fixed = 10;
        var id = First(body) & StreamMask;
        var stream = new SpdyStream(this, id, body.Length >= Fixed ? headers.Read(body.AsSpan(Fixed)) : throw new InvalidDataException("SYN_STREAM is cut short"));
        if (id % 2 == 0 || id <= lastStream || streams.Count >= MostStreams)
        {
            var reason = streams.Count >= MostStreams ? SpdyResetReason.RefusedStream : SpdyResetReason.ProtocolError;
            await SendAsync(SpdyFrameHead.Frame(SpdyFrameType.RstStream, id, (uint)reason), cancel).ConfigureAwait(false);
            return;
        }

        (lastStream, streams[id]) = (id, stream);
        if (fin)
        {
            stream.ReceiveEnd(null);
        }

        await SendAsync(Reply(id), cancel).ConfigureAwait(false);
        opened(stream);
    }

    private byte[] Reply(uint id)
    {
        var block = StoredBlock.NoHeaders(first: !replied);
        replied = true;
        var frame = new byte[SpdyFrameHead.Size + 4 + block.Length];
        new SpdyFrameHead(SpdyFrameType.SynReply, 0, Fin: false, 4 + block.Length).Write(frame);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(SpdyFrameHead.Size), id);
        block.CopyTo(frame, SpdyFrameHead.Size + 4);
        return frame;
    }

    private async Task PingAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(KeepAlive);
        while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
        {
            await SendAsync(SpdyFrameHead.Frame(SpdyFrameType.Ping, OwnPing), cancel).ConfigureAwait(false);
        }
    }

    private static uint First(byte[] body) =>
        body.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(body) : throw new InvalidDataException("control frame is too short");
}
