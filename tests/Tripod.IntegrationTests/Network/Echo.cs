using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tripod.IntegrationTests.Network;

/// <summary>Who answered, and from which address the question came as far as it could see.</summary>
public sealed record Answer(string Server, string Client);

/// <summary>Servers and clients over sockets that are made in whichever namespace the test wants.</summary>
public static class Echo
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task ServeTcp(Socket listener, string name, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            using var connection = await listener.AcceptAsync(cancel);
            await connection.SendAsync(Encode(name, connection.RemoteEndPoint!), cancel);
        }
    }

    public static async Task ServeUdp(Socket socket, string name, CancellationToken cancel)
    {
        var buffer = new byte[64];
        while (!cancel.IsCancellationRequested)
        {
            var question = await socket.ReceiveFromAsync(buffer, new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0), cancel);
            await socket.SendToAsync(Encode(name, question.RemoteEndPoint), question.RemoteEndPoint, cancel);
        }
    }

    /// <summary>Null when nobody answers or the connection is refused.</summary>
    public static async Task<Answer?> AskTcp(Socket socket, string address, int port, TimeSpan? patience = null)
    {
        using (socket)
        {
            using var timeout = new CancellationTokenSource(patience ?? Patience);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(address), port), timeout.Token);
                var buffer = new byte[64];
                var size = await socket.ReceiveAsync(buffer, timeout.Token);
                return Decode(buffer.AsSpan(0, size));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                return null;
            }
        }
    }

    public static async Task<Answer?> AskUdp(Socket socket, string address, int port)
    {
        using (socket)
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(address), port));
            return await AskUdpAgain(socket);
        }
    }

    /// <summary>Over a socket that is connected, from the same port as before.</summary>
    public static async Task<Answer?> AskUdpAgain(Socket socket)
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await socket.SendAsync("?"u8.ToArray(), timeout.Token);
            var buffer = new byte[64];
            var size = await socket.ReceiveAsync(buffer, timeout.Token);
            return Decode(buffer.AsSpan(0, size));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>From this machine itself.</summary>
    public static Task<Answer?> AskTcp(string address, int port) =>
        AskTcp(new Socket(FamilyOf(address), SocketType.Stream, ProtocolType.Tcp), address, port);

    public static Task<Answer?> AskUdp(string address, int port) =>
        AskUdp(new Socket(FamilyOf(address), SocketType.Dgram, ProtocolType.Udp), address, port);

    private static AddressFamily FamilyOf(string address) => IPAddress.Parse(address).AddressFamily;

    private static byte[] Encode(string name, EndPoint client) =>
        Encoding.ASCII.GetBytes($"{name} {((IPEndPoint)client).Address}");

    private static Answer Decode(ReadOnlySpan<byte> bytes) =>
        Encoding.ASCII.GetString(bytes).Split(' ') is [var server, var client] ? new Answer(server, client) : new Answer("", "");
}
