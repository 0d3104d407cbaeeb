namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>The channels of one remote command as SPDY streams.</summary>
/// <param name="running">Completes when the client has closed the connection.</param>
internal sealed class SpdyChannels(IReadOnlyDictionary<string, SpdyStream> streams, Task running) : ICommandChannels
{
    private const int BufferSize = 32 * 1024;

    public async Task WriteAsync(CommandStream stream, ReadOnlyMemory<byte> data, CancellationToken cancel) =>
        await streams[Name(stream)].WriteAsync(data, cancel).ConfigureAwait(false);

    public async Task ReceiveAsync(CommandInput input, CancellationToken cancel)
    {
        var stdin = ReadAsync("stdin", input.WriteAsync, input.CloseAsync, cancel);
        var resize = ReadAsync(
            "resize",
            (data, _) =>
            {
                input.Resize(data.Span);
                return ValueTask.CompletedTask;
            },
            () => ValueTask.CompletedTask,
            cancel);
        await running.WaitAsync(cancel).ConfigureAwait(false);
        await Task.WhenAll(stdin, resize).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task EndAsync(ReadOnlyMemory<byte> status, CancellationToken cancel)
    {
        foreach (var name in (string[])["stdout", "stderr"])
        {
            if (streams.TryGetValue(name, out var stream))
            {
                await stream.EndAsync(cancel).ConfigureAwait(false);
            }
        }

        await WriteAsync(CommandStream.Error, status, cancel).ConfigureAwait(false);
        await streams[Name(CommandStream.Error)].EndAsync(cancel).ConfigureAwait(false);
    }

    private async Task ReadAsync(string name, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, Func<ValueTask> end, CancellationToken cancel)
    {
        if (!streams.TryGetValue(name, out var stream))
        {
            return;
        }

        var buffer = new byte[BufferSize];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            await take(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
        }

        await end().ConfigureAwait(false);
    }

    private static string Name(CommandStream stream) => stream switch
    {
        CommandStream.Stdout => "stdout",
        CommandStream.Stderr => "stderr",
        _ => "error",
    };
}
