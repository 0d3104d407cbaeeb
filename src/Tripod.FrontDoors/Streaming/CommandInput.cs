using System.Text.Json;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Streaming;

/// <summary>What a client sends to a process: its standard input and the size of its terminal.</summary>
internal sealed class CommandInput(IProcessStreams process, RemoteCommandRequest request)
{
    private const int LongestSize = 1024;

    private readonly List<byte> size = [];
    private readonly TaskCompletionSource detached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? stdin = request.Stdin ? process.Stdin : null;

    /// <summary>Completes when the client has no more to send to a process that goes on waiting for others' input.</summary>
    public Task Detached => detached.Task;

    /// <summary>Completes when the process has taken it; input for a process that reads no more is dropped.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        if (stdin is null || data.IsEmpty)
        {
            return;
        }

        try
        {
            await stdin.WriteAsync(data, cancel).ConfigureAwait(false);
            await stdin.FlushAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            stdin = null;
        }
    }

    public async ValueTask CloseAsync()
    {
        if (stdin is { } open)
        {
            stdin = null;
            if (request.KeepsStdin)
            {
                detached.TrySetResult();
            }
            else
            {
                await open.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>JSON objects, one after the other and perhaps in pieces: <c>{"Width":80,"Height":24}</c>.</summary>
    public void Resize(ReadOnlySpan<byte> data)
    {
        foreach (var next in data)
        {
            if (size.Count < LongestSize)
            {
                size.Add(next);
            }

            if (next == '}')
            {
                if (Parse([.. size]) is var (columns, rows))
                {
                    process.Resize(columns, rows);
                }

                size.Clear();
            }
        }
    }

    private static (int Columns, int Rows)? Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("Width", out var width) && width.TryGetUInt16(out var columns)
                && document.RootElement.TryGetProperty("Height", out var height) && height.TryGetUInt16(out var rows) && columns > 0 && rows > 0
                ? (columns, rows)
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
