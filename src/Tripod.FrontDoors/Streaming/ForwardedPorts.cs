using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Tripod.FrontDoors.Streaming.Spdy;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// The connections of one port-forward. Each is two streams with the same <c>requestID</c>: <c>data</c>, which goes to
/// the port and back, and <c>error</c>, on which a failure is told and whose end says that all went well.
/// </summary>
internal sealed class ForwardedPorts(SpdyConnection connection, Func<int, CancellationToken, Task<Stream>> dial)
{
    private const int BufferSize = 32 * 1024;

    /// <summary>In which the second stream of a pair has to come.</summary>
    private static readonly TimeSpan PairingTime = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<SpdyStream>> pairs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> forwarding = new();

    public async Task RunAsync(ClientPresence client, CancellationToken cancel)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = connection.RunAsync(stream => Accept(stream, session.Token), session.Token);
        await Task.WhenAny(running, client.Gone(session.Token)).ConfigureAwait(false);
        await session.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([running, .. forwarding.Keys]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Accept(SpdyStream stream, CancellationToken cancel)
    {
        var work = AcceptAsync(stream, cancel);
        forwarding[work] = true;
        _ = work.ContinueWith(done => forwarding.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The first of a pair waits for the second, which brings itself and is done.</summary>
    private async Task AcceptAsync(SpdyStream stream, CancellationToken cancel)
    {
        var type = stream.Headers.GetValueOrDefault("streamtype");
        if (type is not ("data" or "error")
            || !int.TryParse(stream.Headers.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            await stream.ResetAsync(SpdyResetReason.ProtocolError, cancel).ConfigureAwait(false);
            return;
        }

        // Clients before 1.3 send no id and open a pair at a time: the error stream, then its neighbour.
        var id = stream.Headers.GetValueOrDefault("requestid") ?? (type == "error" ? stream.Id : stream.Id - 2).ToString(CultureInfo.InvariantCulture);
        var own = new TaskCompletionSource<SpdyStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pair = pairs.GetOrAdd(id, own);
        if (pair != own)
        {
            pairs.TryRemove(id, out _);
            pair.TrySetResult(stream);
            return;
        }

        try
        {
            var other = await pair.Task.WaitAsync(PairingTime, cancel).ConfigureAwait(false);
            await (type == "data" ? ForwardAsync(stream, other, port, cancel) : ForwardAsync(other, stream, port, cancel)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            pairs.TryRemove(id, out _);
            await stream.ResetAsync(SpdyResetReason.Cancel, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (ClientGone.Is(failure))
        {
            // The client has closed the connection, or this part of it.
        }
    }

    private async Task ForwardAsync(SpdyStream data, SpdyStream error, int port, CancellationToken cancel)
    {
        await using (data.ConfigureAwait(false))
        await using (error.ConfigureAwait(false))
        {
            try
            {
                var remote = await dial(port, cancel).ConfigureAwait(false);
                await using (remote.ConfigureAwait(false))
                {
                    await CarryAsync(data, error, remote, cancel).ConfigureAwait(false);
                }
            }
            catch (Exception failure) when (failure is RuntimeException or SocketException)
            {
                await error.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"error forwarding port {port} to pod: {failure.Message}"), cancel).ConfigureAwait(false);
            }

            await error.EndAsync(cancel).ConfigureAwait(false);
            await data.EndAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Each direction ends by itself; a broken one ends both. kubectl closes its side only when the error stream ends, so
    /// that is ended as soon as the port has said its last.
    /// </summary>
    private static async Task CarryAsync(SpdyStream data, SpdyStream error, Stream remote, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var up = CopyAsync(data, remote, () => EndWrites(remote), either);
        var down = CopyAsync(remote, data, () => data.EndAsync(either.Token), either);
        await Task.WhenAll(up, EndAfterAsync(down, error, cancel)).ConfigureAwait(false);
    }

    private static async Task EndAfterAsync(Task down, SpdyStream error, CancellationToken cancel)
    {
        await down.ConfigureAwait(false);
        await error.EndAsync(cancel).ConfigureAwait(false);
    }

    private static async Task CopyAsync(Stream from, Stream to, Func<Task> end, CancellationTokenSource either)
    {
        var buffer = new byte[BufferSize];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, either.Token).ConfigureAwait(false)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), either.Token).ConfigureAwait(false);
            }

            await end().ConfigureAwait(false);
        }
        catch (Exception broken) when (ClientGone.Is(broken))
        {
            await either.CancelAsync().ConfigureAwait(false);
        }
    }

    private static Task EndWrites(Stream remote)
    {
        if (remote is NetworkStream { Socket: var socket })
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        return Task.CompletedTask;
    }
}
