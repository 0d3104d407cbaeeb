using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// The server's half of the WebSocket handshake (RFC 6455, section 4.2). By hand, for ASP.NET's own refuses the slash
/// that is in Kubernetes' <c>SPDY/3.1+portforward.k8s.io</c>.
/// </summary>
internal static class WebSocketUpgrade
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>
    /// How often something is sent. A client that closed while its own data could not all be delivered cannot tell so any
    /// more; what reaches it then is answered by a reset.
    /// </summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    public static bool IsAsked(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    /// <param name="protocols">In order of preference; the empty one is for clients that name none.</param>
    /// <returns>Null when the client was refused, and told so.</returns>
    public static async Task<AcceptedSocket?> AcceptAsync(HttpContext http, IReadOnlyList<string> protocols)
    {
        var key = http.Request.Headers.SecWebSocketKey.ToString();
        if (http.Request.Headers.SecWebSocketVersion != "13" || !IsKey(key))
        {
            http.Response.Headers.SecWebSocketVersion = "13";
            await UpgradeRefusal.AnswerAsync(http, StatusCodes.Status400BadRequest, "unable to upgrade: the WebSocket handshake is not of version 13, or has no key").ConfigureAwait(false);
            return null;
        }

        var offered = http.Request.Headers.GetCommaSeparatedValues("Sec-WebSocket-Protocol");
        var chosen = protocols.FirstOrDefault(protocol => protocol.Length == 0 ? offered.Length == 0 : offered.Contains(protocol, StringComparer.Ordinal));
        if (chosen is null)
        {
            await UpgradeRefusal.AnswerAsync(
                http, StatusCodes.Status403Forbidden, $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', offered)}], server accepts [{string.Join(' ', protocols)}]").ConfigureAwait(false);
            return null;
        }

        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = Accept(key);
        if (chosen.Length > 0)
        {
            http.Response.Headers.SecWebSocketProtocol = chosen;
        }

        var stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);

        // The chosen protocol stands in the answer's header alone: SubProtocol refuses the slash too, and nobody reads it.
        return new(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = KeepAlive }), chosen);
    }

    /// <summary>16 bytes in base64.</summary>
    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[24];
        return key.Length == 24 && Convert.TryFromBase64String(key, bytes, out var length) && length == 16;
    }

#pragma warning disable CA5350 // The protocol fixes the hash; it guards against confused proxies, not against attackers.
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
}

/// <param name="Socket">The caller's to dispose of.</param>
/// <param name="Protocol">One of those it was accepted for.</param>
internal sealed record AcceptedSocket(WebSocket Socket, string Protocol);
