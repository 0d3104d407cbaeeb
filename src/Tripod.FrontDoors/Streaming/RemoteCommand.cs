using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Streaming.Spdy;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// Kubernetes' remote command protocol, over WebSocket or SPDY/3.1. Doors hand it the request of an exec or attach and
/// the way to open the process; <see cref="CommandSession"/> carries its streams.
/// </summary>
public static class RemoteCommand
{
    /// <summary>The newest first: v5 is v4 and the closing of one stream (channel 255); before v4 a failure is told as bare text.</summary>
    private static readonly string[] WebSocketProtocols =
        ["v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io", "channel.k8s.io", "base64.channel.k8s.io", ""];

    private static readonly string[] SpdyProtocols = ["v4.channel.k8s.io"];

    /// <param name="open">Called after the upgrade; what it throws reaches the client as a Status.</param>
    public static async Task ServeAsync(HttpContext http, RemoteCommandRequest request, Func<CancellationToken, Task<IProcessStreams>> open, CancellationToken cancel)
    {
        if (WebSocketUpgrade.IsAsked(http))
        {
            var accepted = await WebSocketUpgrade.AcceptAsync(http, WebSocketProtocols).ConfigureAwait(false);
            if (accepted is not null)
            {
                using var channels = new WebSocketChannels(accepted.Socket, accepted.Protocol);
                await new CommandSession(channels, request).RunAsync(open, ClientPresence.Of(http), cancel).ConfigureAwait(false);
            }
        }
        else if (SpdyUpgrade.IsAsked(http))
        {
            var stream = await SpdyUpgrade.AcceptAsync(http, SpdyProtocols).ConfigureAwait(false);
            if (stream is not null)
            {
                await using var connection = new SpdyConnection(stream);
                await SpdyCommand.RunAsync(connection, request, open, ClientPresence.Of(http), cancel).ConfigureAwait(false);
            }
        }
        else
        {
            await UpgradeRefusal.AnswerAsync(http, StatusCodes.Status400BadRequest, "Upgrade request required").ConfigureAwait(false);
        }
    }
}
