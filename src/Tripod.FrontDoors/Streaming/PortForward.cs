using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Streaming.Spdy;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// Kubernetes' port forwarding: SPDY/3.1, bare or inside a WebSocket, or the channels of a plain WebSocket. Doors hand it
/// the request and the way to reach a port of the pod; <see cref="ForwardedPorts"/> and <see cref="SocketForward"/> carry
/// the connections.
/// </summary>
public static class PortForward
{
    private const string Tunnel = "SPDY/3.1+portforward.k8s.io", Base64 = "v4.base64.channel.k8s.io";

    private static readonly string[] WebSocketProtocols = [Tunnel, "v4.channel.k8s.io", Base64, ""];
    private static readonly string[] SpdyProtocols = ["portforward.k8s.io"];

    /// <summary>Of the request's parameter <c>ports</c>, which may be repeated or hold several; those that are none are left out.</summary>
    private static List<int> Ports(HttpContext http) =>
    [
        .. http.Request.Query["ports"].Concat(http.Request.Query["port"]).SelectMany(text => (text ?? "").Split(','))
            .Select(text => int.TryParse(text, out var port) ? port : 0).Where(port => port is > 0 and < 65536),
    ];

    /// <param name="ports">Of a plain WebSocket whose query names none: a kubelet hands on the connection without it.</param>
    /// <param name="dial">Connects to a port; what it throws is told to the client, whose other connections go on.</param>
    public static async Task ServeAsync(HttpContext http, IReadOnlyList<int> ports, Func<int, CancellationToken, Task<Stream>> dial, CancellationToken cancel)
    {
        Stream? stream = null;
        if (WebSocketUpgrade.IsAsked(http))
        {
            var accepted = await WebSocketUpgrade.AcceptAsync(http, WebSocketProtocols).ConfigureAwait(false);
            if (accepted is { Protocol: not Tunnel })
            {
                using var socket = accepted.Socket;
                using var forward = new SocketForward(socket, accepted.Protocol == Base64, Ports(http) is { Count: > 0 } named ? named : ports, dial);
                await forward.RunAsync(ClientPresence.Of(http), cancel).ConfigureAwait(false);
                return;
            }

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
