using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Streams;

/// <summary>
/// A connection that is no longer HTTP (Docker Engine API, "hijacking"). The answer's head is written by hand: the server's
/// own upgrade refuses a request that has a body, as <c>docker exec</c> sends.
/// </summary>
internal sealed class HijackedConnection : Stream
{
    private readonly IDuplexPipe transport;
    private readonly HalfClose half;
    private readonly Socket? socket;
    private bool inputOver;

    private HijackedConnection(IDuplexPipe transport, HalfClose half, Socket? socket) => (this.transport, this.half, this.socket) = (transport, half, socket);

    /// <summary>After the request's body has been read.</summary>
    public static async Task<HijackedConnection> TakeAsync(DockerRequest request, string contentType)
    {
        var http = request.Http;
        var transport = http.Features.Get<IConnectionTransportFeature>()?.Transport ?? throw new DockerException(500, "this connection cannot be hijacked");
        var half = http.Features.Get<HalfClose>() ?? throw new DockerException(500, "this connection cannot be hijacked");
        half.Hijack();
        var taken = new HijackedConnection(transport, half, http.Features.Get<IConnectionSocketFeature>()?.Socket);
        var upgrade = http.Request.Headers.Upgrade.Count > 0;
        var head = upgrade
            ? $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nApi-Version: {ApiVersion.Newest}\r\n\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\nApi-Version: {ApiVersion.Newest}\r\n\r\n";
        await taken.WriteAsync(Encoding.ASCII.GetBytes(head)).ConfigureAwait(false);
        return taken;
    }

    /// <summary>The client sends no more; it may still read.</summary>
    public CancellationToken InputEnded => half.InputEnded;

    /// <summary>Neither sends nor reads any more (poll(2), POLLHUP).</summary>
    public bool IsGone
    {
        get
        {
            try
            {
                return socket?.Poll(0, SelectMode.SelectError) ?? false;
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
            {
                return true;
            }
        }
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!inputOver)
        {
            var result = await transport.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var available = result.Buffer;
            var count = (int)Math.Min(available.Length, buffer.Length);
            if (count > 0)
            {
                available.Slice(0, count).CopyTo(buffer.Span);
                transport.Input.AdvanceTo(available.GetPosition(count));
                return count;
            }

            transport.Input.AdvanceTo(available.Start, available.End);
            inputOver = result.IsCompleted || result.IsCanceled;
        }

        return 0;
    }

    /// <exception cref="IOException">The client is gone.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var flushed = await transport.Output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted)
        {
            throw new IOException("the client is gone");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>
    /// What was written is sent, then the connection ends: with its output complete the server can write no answer of its
    /// own after it, gives up, and closes when all is sent. To abort would lose what is still on its way.
    /// </summary>
    public override async ValueTask DisposeAsync()
    {
        await transport.Output.CompleteAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
