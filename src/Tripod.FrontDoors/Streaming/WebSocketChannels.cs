using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// Remote command over WebSocket: the first byte of each message is the channel. Browsers' clients take the base64 forms:
/// messages of text, whose first letter is the channel's digit.
/// </summary>
internal sealed class WebSocketChannels(WebSocket socket, string protocol) : ICommandChannels, IDisposable
{
    private const int BufferSize = 64 * 1024, LongestText = 4 * 1024 * 1024;

    /// <summary>kubectl 1.30 loses a Status whose connection closes right behind it.</summary>
    private static readonly TimeSpan StatusTime = TimeSpan.FromMilliseconds(30);

    private readonly bool isText = protocol.Contains("base64", StringComparison.Ordinal);
    private readonly bool tellsStatus = protocol.StartsWith('v');
    private readonly SemaphoreSlim sending = new(1);

    public async Task WriteAsync(CommandStream stream, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        if (isText)
        {
            await SendAsync(Encoding.ASCII.GetBytes($"{(byte)stream}{Convert.ToBase64String(data.Span)}"), WebSocketMessageType.Text, cancel).ConfigureAwait(false);
            return;
        }

        var message = ArrayPool<byte>.Shared.Rent(data.Length + 1);
        try
        {
            message[0] = (byte)stream;
            data.CopyTo(message.AsMemory(1));
            await SendAsync(message.AsMemory(0, data.Length + 1), WebSocketMessageType.Binary, cancel).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    public async Task ReceiveAsync(CommandInput input, CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        var text = new MemoryStream();
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
            if (isText)
            {
                text.Write(data.Span);
                if (received.EndOfMessage && text.Length > 0 && Decoded(text) is var (decodedChannel, decoded))
                {
                    await TakeAsync(input, decodedChannel, decoded, cancel).ConfigureAwait(false);
                }

                if (received.EndOfMessage || text.Length > LongestText)
                {
                    text.SetLength(0);
                }

                continue;
            }

            if (first && !data.IsEmpty)
            {
                (channel, data, first) = ((CommandStream)data.Span[0], data[1..], false);
            }

            first |= received.EndOfMessage;
            await TakeAsync(input, channel, data, cancel).ConfigureAwait(false);
        }
    }

    public async Task EndAsync(ReadOnlyMemory<byte> status, CancellationToken cancel)
    {
        var told = tellsStatus ? status : Plain(status);
        if (!told.IsEmpty)
        {
            await WriteAsync(CommandStream.Error, told, cancel).ConfigureAwait(false);
        }

        await Task.Delay(StatusTime, cancel).ConfigureAwait(false);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancel).ConfigureAwait(false);
    }

    public void Dispose()
    {
        sending.Dispose();
        socket.Dispose();
    }

    private static async ValueTask TakeAsync(CommandInput input, CommandStream channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
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

    /// <summary>Null for a message that is no base64: there is no way to tell the client, and the next may be good again.</summary>
    private static (CommandStream Channel, byte[] Data)? Decoded(MemoryStream text)
    {
        var letters = Encoding.ASCII.GetString(text.GetBuffer(), 0, (int)text.Length);
        var data = new byte[letters.Length];
        return Convert.TryFromBase64Chars(letters.AsSpan(1), data, out var length) ? ((CommandStream)(letters[0] - '0'), data[..length]) : null;
    }

    /// <summary>What a failure says; nothing for a success.</summary>
    private static ReadOnlyMemory<byte> Plain(ReadOnlyMemory<byte> status)
    {
        using var document = JsonDocument.Parse(status);
        return document.RootElement.TryGetProperty("message", out var message) ? Encoding.UTF8.GetBytes(message.GetString()!) : default;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken cancel)
    {
        await sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, cancel).ConfigureAwait(false);
        }
        finally
        {
            sending.Release();
        }
    }
}
