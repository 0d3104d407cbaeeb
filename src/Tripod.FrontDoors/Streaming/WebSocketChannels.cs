using System.Buffers;
using System.Net.WebSockets;

namespace Tripod.FrontDoors.Streaming;

/// <summary>Remote command over WebSocket: the first byte of each binary message is the channel.</summary>
internal sealed class WebSocketChannels(WebSocket socket) : ICommandChannels, IDisposable
{
    private const int BufferSize = 64 * 1024;

    /// <summary>kubectl 1.30 loses a Status whose connection closes right behind it.</summary>
    private static readonly TimeSpan StatusTime = TimeSpan.FromMilliseconds(30);

    private readonly SemaphoreSlim sending = new(1);

    public async Task WriteAsync(CommandStream stream, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var message = ArrayPool<byte>.Shared.Rent(data.Length + 1);
        await sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            message[0] = (byte)stream;
            data.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, data.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancel).ConfigureAwait(false);
        }
        finally
        {
            sending.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    public async Task ReceiveAsync(CommandInput input, CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        var first = true;
        var channel = default(CommandStream);
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var data = buffer.AsMemory(0, received.Count);
            if (first && !data.IsEmpty)
            {
                (channel, data, first) = ((CommandStream)data.Span[0], data[1..], false);
            }

            first |= received.EndOfMessage;
            switch (channel)
            {
                case CommandStream.Stdin:
                    await input.WriteAsync(data, cancel).ConfigureAwait(false);
                    break;
                case CommandStream.Resize:
                    input.Resize(data.Span);
                    break;
                case CommandStream.Close when data.Span.Contains((byte)CommandStream.Stdin):
                    await input.CloseAsync().ConfigureAwait(false);
                    break;
            }
        }
    }

    public async Task EndAsync(ReadOnlyMemory<byte> status, CancellationToken cancel)
    {
        await WriteAsync(CommandStream.Error, status, cancel).ConfigureAwait(false);
        await Task.Delay(StatusTime, cancel).ConfigureAwait(false);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancel).ConfigureAwait(false);
    }

    public void Dispose() => sending.Dispose();
}
