using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Tripod.Runtime.Logs;

namespace Tripod.FrontDoors.Streaming;

/// <summary>A container's log as the messages of a WebSocket. Doors hand it what <see cref="PodLogs"/> would be handed.</summary>
public static class PodLogSocket
{
    private static readonly string[] Protocols = ["binary.k8s.io", ""];

    /// <summary>For the client to close after it was told the end.</summary>
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    public static bool IsAsked(HttpContext http) => WebSocketUpgrade.IsAsked(http);

    public static async Task WriteAsync(HttpContext http, string logPath, LogOptions options, bool timestamps, Task ended, CancellationToken cancel)
    {
        var accepted = await WebSocketUpgrade.AcceptAsync(http, Protocols).ConfigureAwait(false);
        if (accepted is null)
        {
            return;
        }

        using var socket = accepted.Socket;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);

        // A receive that is cancelled breaks the socket: it goes on until the client has closed.
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var gone = GoneAsync(socket, stop, listening.Token);
        try
        {
            var output = PipeWriter.Create(WebSocketStream.Create(socket, WebSocketMessageType.Binary));
            var entries = LogReader.Read(logPath, options with { LimitBytes = null }, ended, stop.Token);
            await PodLogs.WriteAsync(output, entries, timestamps, options.LimitBytes ?? long.MaxValue, stop).ConfigureAwait(false);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancel).ConfigureAwait(false);
            await gone.WaitAsync(ClosingTime, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception failure) when (ClientGone.Is(failure))
        {
            // The client has read enough.
        }

        await listening.CancelAsync().ConfigureAwait(false);
        await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task GoneAsync(WebSocket socket, CancellationTokenSource stop, CancellationToken cancel)
    {
        try
        {
            var dropped = new byte[256];
            while ((await socket.ReceiveAsync(dropped.AsMemory(), cancel).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception failure) when (ClientGone.Is(failure))
        {
            // As if it had closed.
        }

        await stop.CancelAsync().ConfigureAwait(false);
    }
}
