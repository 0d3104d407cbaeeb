using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Streams;
using Tripod.Runtime;
using Tripod.Runtime.Logs;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker attach</c>; <c>docker run</c> attaches before it starts and misses nothing.</summary>
internal sealed class AttachContainer(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        if (known.Status.Paused)
        {
            throw new DockerException(409, $"container {known.Id} is paused, unpause the container before attach");
        }

        var tty = known.Status.Config.Tty;
        var keys = tty ? DetachKeys.Parse(request.Query("detachKeys")) : null;
        var (stdin, stdout, stderr, live) = (request.Flag("stdin"), request.Flag("stdout"), request.Flag("stderr"), request.Flag("stream"));
        var pastWanted = request.Flag("logs");

        // Joined before the answer: whoever starts the container after it has seen it loses nothing.
        using var gone = new CancellationTokenSource();
        var joining = live ? parts.Runtime.AttachAtStart(known.Id, gone.Token) : null;
        var connection = await HijackedConnection.TakeAsync(request, tty ? MultiplexedOutput.Raw : MultiplexedOutput.Multiplexed).ConfigureAwait(false);
        await using var ending = connection.ConfigureAwait(false);

        // For a container that is never started nobody would notice else that the client has left.
        using var leaving = connection.InputEnded.Register(() =>
        {
            if (connection.IsGone)
            {
                gone.Cancel();
            }
        });
        var output = new MultiplexedOutput(connection, tty);
        if (pastWanted && Directory.Exists(Path.GetDirectoryName(known.Status.LogPath)))
        {
            var streams = (stdout ? LogStreams.Stdout : 0) | (stderr ? LogStreams.Stderr : 0);
            await new ReadLogs(parts).WriteAsync(output, known, new() { Streams = streams }, timestamps: false, CancellationToken.None).ConfigureAwait(false);
        }

        if (joining is null)
        {
            return;
        }

        try
        {
            var process = await joining.ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                parts.Events.Container(known.Id, "attach");
                if (await new ProcessSession(connection, output).RunAsync(process, stdin && known.Status.Config.Stdin, stdout, stderr, keys).ConfigureAwait(false))
                {
                    parts.Events.Container(known.Id, "detach");
                }
            }
        }
        catch (Exception over) when (over is RuntimeException or OperationCanceledException)
        {
            // It was not started, or is gone: whoever starts it is told why.
        }
    }

    public Task ResizeAsync(DockerRequest request)
    {
        var known = parts.Containers.GetRunning(request.Name);
        var (rows, columns) = (request.Number("h") ?? 0, request.Number("w") ?? 0);
        if (rows > 0 && columns > 0)
        {
            parts.Runtime.ResizeContainer(known.Id, (int)Math.Min(columns, ushort.MaxValue), (int)Math.Min(rows, ushort.MaxValue));
            parts.Events.Container(known.Id, "resize", new Dictionary<string, string> { ["height"] = $"{rows}", ["width"] = $"{columns}" });
        }

        return request.AnswerAsync(200);
    }
}
