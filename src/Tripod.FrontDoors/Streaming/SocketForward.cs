using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// Port forwarding over a plain WebSocket, as client libraries other than Go's do it: the ports stand in the request, each
/// has one connection and two channels, of data and of errors, and the first message on each channel is the port's number.
/// </summary>
internal sealed class SocketForward(WebSocket socket, bool isText, IReadOnlyList<int> ports, Func<int, CancellationToken, Task<Stream>> dial) : IDisposable
{
    private const int BufferSize = 32 * 1024;

    private readonly SemaphoreSlim sending = new(1);
    private readonly List<Pipe> inputs = [.. ports.Select(_ => new Pipe())];

    public async Task RunAsync(ClientPresence client, CancellationToken cancel)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        for (var i = 0; i < ports.Count; i++)
        {
            var number = new byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)ports[i]);
            await SendAsync(2 * i, number, session.Token).ConfigureAwait(false);
            await SendAsync((2 * i) + 1, number, session.Token).ConfigureAwait(false);
        }

        var receiving = ReceiveAsync(session.Token);
        var forwarding = Task.WhenAll(Enumerable.Range(0, ports.Count).Select(i => ForwardAsync(i, session.Token)));
        await Task.WhenAny(forwarding, receiving, client.Gone(session.Token)).ConfigureAwait(false);
        if (forwarding.IsCompleted)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await session.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(forwarding, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => sending.Dispose();

    private async Task ForwardAsync(int index, CancellationToken cancel)
    {
        try
        {
            var remote = await dial(ports[index], cancel).ConfigureAwait(false);
            await using (remote.ConfigureAwait(false))
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                var up = UpAsync(inputs[index].Reader, remote, either.Token);
                await DownAsync(index, remote, either.Token).ConfigureAwait(false);
                await either.CancelAsync().ConfigureAwait(false);
                await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception failure) when (failure is RuntimeException or SocketException or IOException)
        {
            await SendAsync((2 * index) + 1, Encoding.UTF8.GetBytes($"error forwarding port {ports[index]} to pod: {failure.Message}"), cancel).ConfigureAwait(false);
        }
        finally
        {
            // What still comes for it has nowhere to go, and must not hold up the other ports.
            await inputs[index].Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task DownAsync(int index, Stream remote, CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        int count;
        while ((count = await remote.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            await SendAsync(2 * index, buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
        }
    }

    private static async Task UpAsync(PipeReader input, Stream remote, CancellationToken cancel)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancel).ConfigureAwait(false);
            foreach (var part in read.Buffer)
            {
                await remote.WriteAsync(part, cancel).ConfigureAwait(false);
            }

            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task ReceiveAsync(CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            message.Write(buffer.AsSpan(0, received.Count));
            if (received.EndOfMessage)
            {
                await TakeAsync(message.WrittenMemory, cancel).ConfigureAwait(false);
                message.ResetWrittenCount();
            }
            else if (message.WrittenCount > 16 * 1024 * 1024)
            {
                throw new WebSocketException(WebSocketError.Faulted, "port forward: a message of more than 16 MiB");
            }
        }
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        if (message.IsEmpty)
        {
            return;
        }

        var channel = isText ? message.Span[0] - '0' : message.Span[0];
        if (channel % 2 != 0 || channel / 2 >= inputs.Count || channel < 0)
        {
            return;
        }

        var data = isText ? Convert.FromBase64String(Encoding.ASCII.GetString(message.Span[1..])) : message[1..];
        if (data.Length > 0)
        {
            await inputs[channel / 2].Writer.WriteAsync(data, cancel).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(int channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var message = isText ? Encoding.ASCII.GetBytes($"{channel}{Convert.ToBase64String(data.Span)}") : [(byte)channel, .. data.Span];
        await sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, cancel).ConfigureAwait(false);
        }
        finally
        {
            sending.Release();
        }
    }
}
