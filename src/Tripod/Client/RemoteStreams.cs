using System.Globalization;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using Tripod.Linux.Processes;

namespace Tripod.Client;

/// <summary>Connects this process's streams with those of a command in a container (<c>v5.channel.k8s.io</c>).</summary>
internal sealed class RemoteStreams(WebSocket socket) : IDisposable
{
    private const byte Input = 0, Output = 1, Error = 2, Status = 3, Resize = 4, Close = 255;
    private const int BufferSize = 32 * 1024;

    private readonly SemaphoreSlim sending = new(1);

    /// <returns>The command's exit code.</returns>
    /// <exception cref="CommandFailure">It could not be run.</exception>
    public async Task<int> RunAsync(bool withInput, bool isTerminal, CancellationToken cancel)
    {
        using var raw = isTerminal ? Terminal.Raw() : null;
        using var resized = isTerminal ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, signal => { _ = SendSizeAsync(cancel); }) : null;
        if (isTerminal)
        {
            await SendSizeAsync(cancel).ConfigureAwait(false);
        }

        if (withInput)
        {
            // Not waited for: a read from a terminal cannot be called back.
            _ = Task.Run(() => SendInputAsync(cancel), cancel);
        }

        return ExitCode(await ReceiveAsync(cancel).ConfigureAwait(false));
    }

    public void Dispose() => sending.Dispose();

    private async Task<JsonNode?> ReceiveAsync(CancellationToken cancel)
    {
        await using var output = Console.OpenStandardOutput();
        await using var error = Console.OpenStandardError();
        var buffer = new byte[BufferSize];
        var status = new MemoryStream();
        byte channel = 0;
        var begins = true;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                break;
            }

            var start = begins && part.Count > 0 ? 1 : 0;
            channel = start == 1 ? buffer[0] : channel;
            begins = part.EndOfMessage;
            var data = buffer.AsMemory(start, part.Count - start);
            var target = channel switch { Output => output, Error => error, Status => status, _ => Stream.Null };
            await target.WriteAsync(data, cancel).ConfigureAwait(false);
            await target.FlushAsync(cancel).ConfigureAwait(false);
        }

        return status.Length == 0 ? null : JsonNode.Parse(status.ToArray());
    }

    private async Task SendInputAsync(CancellationToken cancel)
    {
        try
        {
            // Console's own stream reads whole lines from a terminal, and echoes them.
            await using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            var buffer = new byte[BufferSize];
            int length;
            while ((length = await input.ReadAsync(buffer.AsMemory(1), cancel).ConfigureAwait(false)) > 0)
            {
                buffer[0] = Input;
                await SendAsync(buffer.AsMemory(0, length + 1), cancel).ConfigureAwait(false);
            }

            await SendAsync((byte[])[Close, Input], cancel).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The command has ended.
        }
    }

    private async Task SendSizeAsync(CancellationToken cancel)
    {
        if (Terminal.Size() is var (columns, rows))
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{{\"Width\":{columns},\"Height\":{rows}}}");
            await SendAsync((byte[])[Resize, .. Encoding.ASCII.GetBytes(text)], cancel).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        await sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancel).ConfigureAwait(false);
        }
        finally
        {
            sending.Release();
        }
    }

    private static int ExitCode(JsonNode? status)
    {
        if ((string?)status?["status"] is null or "Success")
        {
            return 0;
        }

        var code = status["details"]?["causes"]?.AsArray().FirstOrDefault(cause => (string?)cause?["reason"] == "ExitCode");
        if (code is null || !int.TryParse((string?)code["message"], CultureInfo.InvariantCulture, out var number))
        {
            throw new CommandFailure($"error: {(string?)status["message"]}");
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"command terminated with exit code {number}"));
        return number;
    }
}
