using System.Collections.Concurrent;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>Remote command over SPDY: one stream for each channel, told apart by its <c>streamType</c> header.</summary>
internal static class SpdyCommand
{
    private const string TypeHeader = "streamtype";

    /// <summary>In which the client has to open its streams.</summary>
    private static readonly TimeSpan OpeningTime = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(
        SpdyConnection connection, RemoteCommandRequest request, Func<CancellationToken, Task<IProcessStreams>> open, ClientPresence client, CancellationToken cancel)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var wanted = Wanted(request).ToHashSet(StringComparer.Ordinal);
        var found = new ConcurrentDictionary<string, SpdyStream>(StringComparer.Ordinal);
        var complete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = connection.RunAsync(
            stream =>
            {
                if (stream.Headers.TryGetValue(TypeHeader, out var type) && wanted.Contains(type) && found.TryAdd(type, stream))
                {
                    if (found.Count == wanted.Count)
                    {
                        complete.TrySetResult();
                    }
                }
                else
                {
                    _ = stream.ResetAsync(SpdyResetReason.RefusedStream, session.Token);
                }
            },
            session.Token);
        try
        {
            if (await Task.WhenAny(complete.Task, running).WaitAsync(OpeningTime, session.Token).ConfigureAwait(false) == complete.Task)
            {
                await new CommandSession(new SpdyChannels(found, running), request).RunAsync(open, client, session.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (ClientGone.Is(failure) || failure is TimeoutException)
        {
            // The client went, or never said which streams it wants.
        }

        await session.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static IEnumerable<string> Wanted(RemoteCommandRequest request)
    {
        yield return "error";
        if (request.Stdin)
        {
            yield return "stdin";
        }

        if (request.Stdout)
        {
            yield return "stdout";
        }

        if (request.Stderr)
        {
            yield return "stderr";
        }

        if (request.Tty)
        {
            yield return "resize";
        }
    }
}
