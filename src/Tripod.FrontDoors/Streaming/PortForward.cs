using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Streaming.Spdy;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// Kubernetes' port forwarding: SPDY/3.1, bare or inside a WebSocket. Doors hand it the request and the way to reach a
/// port of the pod; <see cref="ForwardedPorts"/> carries the connections.
/// </summary>
public static class PortForward
{
    private static readonly string[] WebSocketProtocols = ["SPDY/3.1+portforward.k8s.io"];
    private static readonly string[] SpdyProtocols = ["portforward.k8s.io"];

    /// <param name="dial">Connects to a port; what it throws is told to the client, whose other connections go on.</param>
    public static async Task ServeAsync(HttpContext http, Func<int, CancellationToken, Task<Stream>> dial, CancellationToken cancel)
    {
        Stream? stream = null;
        if (WebSocketUpgrade.IsAsked(http))
        {
            var accepted = await WebSocketUpgrade.AcceptAsync(http, WebSocketProtocols).ConfigureAwait(false);
            stream = accepted is null ? null : WebSocketStream.Create(accepted.Socket, WebSocketMessageType.Binary, ownsWebSocket: true);
        }
        else if (SpdyUpgrade.IsAsked(http))
        {
            stream = await SpdyUpgrade.AcceptAsync(http, SpdyProtocols).ConfigureAwait(false);
        }
        else
        {
            await UpgradeRefusal.AnswerAsync(http, StatusCodes.Status400BadRequest, "Upgrade request required").ConfigureAwait(false);
        }

        if (stream is not null)
        {
            await using var connection = new SpdyConnection(stream);
            await new ForwardedPorts(connection, dial).RunAsync(ClientPresence.Of(http), cancel).ConfigureAwait(false);
        }
    }
}
