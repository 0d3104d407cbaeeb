using System.Net;
using System.Net.Sockets;

namespace Tripod.Bench;

internal static class Ports
{
    private static readonly byte[] Request = "GET /marker HTTP/1.0\r\n\r\n"u8.ToArray();

    public static int Free() => Free(1)[0];

    /// <summary>No two alike.</summary>
    public static IReadOnlyList<int> Free(int count)
    {
        var sockets = Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        sockets.ForEach(socket => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0)));
        List<int> ports = [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        sockets.ForEach(socket => socket.Dispose());
        return ports;
    }

    /// <summary>Until the first HTTP 200.</summary>
    public static async Task UntilAnswers(int port)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await Answers(port, patience.Token))
        {
            await Task.Delay(1, patience.Token);
        }
    }

    public static async Task UntilClosed(int port)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await Answers(port, patience.Token))
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private static async Task<bool> Answers(int port, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(200);
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await socket.SendAsync(Request, patience.Token);
            var buffer = new byte[64];
            var length = await socket.ReceiveAsync(buffer, patience.Token);
            return length > 12 && buffer.AsSpan(9, 3).SequenceEqual("200"u8);
        }
        catch (Exception closed) when (closed is SocketException || (closed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}
