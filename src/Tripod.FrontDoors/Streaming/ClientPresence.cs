using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// Notices that a client has gone although its input is not being read: a process that leaves its stdin alone holds up
/// the connection, and with it the end of the connection. TCP's own state tells, whatever is still unread.
/// </summary>
internal sealed class ClientPresence
{
    private const int Tcp = 6, TcpInfo = 11, Established = 1;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Socket? socket;

    private ClientPresence(Socket? socket) => this.socket = socket;

    public static ClientPresence Of(HttpContext http)
    {
        var socket = http.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is { ProtocolType: ProtocolType.Tcp })
        {
            // A machine that vanished without a word is given up after a minute.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            return new(socket);
        }

        return new(null);
    }

    /// <summary>Completes when the client has closed its side, or the connection broke.</summary>
    public async Task Gone(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false);
        }
        while (IsHere());
    }

    /// <summary>The first byte of struct tcp_info (tcp(7)) is the connection's state.</summary>
    private bool IsHere()
    {
        if (socket is null)
        {
            return true;
        }

        try
        {
            Span<byte> state = stackalloc byte[1];
            return socket.GetRawSocketOption(Tcp, TcpInfo, state) < 1 || state[0] == Established;
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
