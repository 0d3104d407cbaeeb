using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Tripod.FrontDoors.Docker.Streams;

/// <summary>
/// Connection middleware: a client that shuts its sending half, as <c>echo hi | docker run -i</c> does, still wants the
/// output. Kestrel takes the end of the input for the end of the connection; on a hijacked one it is not told.
/// </summary>
internal sealed class HalfClose
{
    private readonly CancellationTokenSource told = new();
    private volatile bool hijacked;

    private HalfClose(CancellationToken inputEnded)
    {
        InputEnded = inputEnded;
        inputEnded.Register(() =>
        {
            if (!hijacked)
            {
                told.Cancel();
            }
        });
    }

    /// <summary>The client sends no more, or is gone, or the connection was closed from here.</summary>
    public CancellationToken InputEnded { get; }

    public void Hijack() => hijacked = true;

    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var own = new HalfClose(connection.ConnectionClosed);
        connection.Features.Set(own);
        await next(new Wrapped(connection, own.told.Token)).ConfigureAwait(false);
    }

    /// <summary>The connection, but for what it says of its end.</summary>
    private sealed class Wrapped(ConnectionContext inner, CancellationToken closed) : ConnectionContext
    {
        public override string ConnectionId
        {
            get => inner.ConnectionId;
            set => inner.ConnectionId = value;
        }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items
        {
            get => inner.Items;
            set => inner.Items = value;
        }

        public override IDuplexPipe Transport
        {
            get => inner.Transport;
            set => inner.Transport = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => closed;
            set => throw new NotSupportedException();
        }

        public override EndPoint? LocalEndPoint
        {
            get => inner.LocalEndPoint;
            set => inner.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => inner.RemoteEndPoint;
            set => inner.RemoteEndPoint = value;
        }

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
