using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tripod.Bench;

/// <summary>Answers every request with 200 or 500, whichever it was last told, and tells when it first did so.</summary>
internal sealed class TurningServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Lock gate = new();
    private bool good = true;
    private TaskCompletionSource<long> answered = new();

    public TurningServer()
    {
        listener.Start();
        _ = Task.Run(Serve);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <returns>The moment (as by <see cref="Stopwatch.GetTimestamp"/>) at which the next request is answered so.</returns>
    public Task<long> Turn(bool to)
    {
        lock (gate)
        {
            good = to;
            answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return answered.Task;
        }
    }

    public void Dispose() => listener.Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptSocketAsync();
                _ = await client.ReceiveAsync(new byte[4096]);
                lock (gate)
                {
                    client.Send(good ? "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"u8 : "HTTP/1.1 500 Not Now\r\ncontent-length: 0\r\n\r\n"u8);
                    answered.TrySetResult(Stopwatch.GetTimestamp());
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }
}
