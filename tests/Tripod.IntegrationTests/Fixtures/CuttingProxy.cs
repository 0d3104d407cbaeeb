using System.Net;
using System.Net.Sockets;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>Passes TCP on to a server, and resets each of the first connections once that many bytes came back over it.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target, cutAfter;
    private readonly Task accepting;
    private int cutsLeft, cuts;

    public CuttingProxy(int target, int cutAfter, int cuts)
    {
        (this.target, this.cutAfter, cutsLeft) = (target, cutAfter, cuts);
        listener.Start();
        accepting = Accept();
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public int Cuts => cuts;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task Accept()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
            {
                passing.Add(Pass(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task Pass(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), stop.Token), Back(server.GetStream(), client));
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException)
            {
                // One side hung up; the other is about to hear of it.
            }
        }
    }

    private async Task Back(NetworkStream server, TcpClient client)
    {
        var buffer = new byte[4096];
        for (var passed = 0; await server.ReadAsync(buffer, stop.Token) is > 0 and var read; passed += read)
        {
            if (passed + read > cutAfter && Interlocked.Decrement(ref cutsLeft) >= 0)
            {
                Interlocked.Increment(ref cuts);
                client.LingerState = new LingerOption(true, 0); // a reset, not an end
                return;
            }

            await client.GetStream().WriteAsync(buffer.AsMemory(0, read), stop.Token);
        }
    }
}
