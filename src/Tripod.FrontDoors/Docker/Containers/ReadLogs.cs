using System.Globalization;
using System.Text;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Streams;
using Tripod.Runtime.Logs;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker logs</c>: the CRI log of the container, framed by stream where there is no terminal.</summary>
internal sealed class ReadLogs(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        if (known.Status.Config.NoLog)
        {
            throw new DockerException(501, "configured logging driver does not support reading");
        }

        var streams = (request.Flag("stdout") ? LogStreams.Stdout : 0) | (request.Flag("stderr") ? LogStreams.Stderr : 0);
        if (streams == 0)
        {
            throw new DockerException(400, "Bad parameters: you must choose at least one stream");
        }

        var options = new LogOptions
        {
            Follow = request.Flag("follow"),
            Streams = streams,
            Since = request.Time("since"),
            Until = request.Time("until"),
            TailLines = request.Query("tail") is "" or "all" ? null : request.Number("tail") is >= 0 and var lines ? lines : null,
        };
        var tty = known.Status.Config.Tty;
        request.Http.Response.ContentType = tty ? MultiplexedOutput.Raw : MultiplexedOutput.Multiplexed;
        await request.Http.Response.Body.FlushAsync(request.Cancel).ConfigureAwait(false);
        if (!Directory.Exists(Path.GetDirectoryName(known.Status.LogPath)))
        {
            return;
        }

        var output = new MultiplexedOutput(request.Http.Response.Body, tty);
        await WriteAsync(output, known, options, request.Flag("timestamps"), request.Cancel).ConfigureAwait(false);
        await output.FlushAsync(request.Cancel).ConfigureAwait(false);
    }

    /// <summary>Also what <c>docker attach</c> shows of the past.</summary>
    public async Task WriteAsync(MultiplexedOutput output, KnownContainer known, LogOptions options, bool timestamps, CancellationToken cancel)
    {
        var ended = options.Follow ? parts.Runtime.WaitContainer(known.Id, cancel) : Task.CompletedTask;
        var inLine = new Dictionary<bool, bool>();
        await foreach (var entry in LogReader.Read(known.Status.LogPath, options, ended, cancel).ConfigureAwait(false))
        {
            // Parts of a long line are one line again.
            var begins = !inLine.GetValueOrDefault(entry.Stderr);
            inLine[entry.Stderr] = entry.Partial;
            var stamp = timestamps && begins ? Encoding.ASCII.GetBytes(entry.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture) + "00Z ") : [];
            await output.WriteAsync(entry.Stderr, stamp, entry.Text, entry.Partial ? default : "\n"u8.ToArray(), cancel).ConfigureAwait(false);
            if (options.Follow)
            {
                await output.FlushAsync(cancel).ConfigureAwait(false);
            }
        }
    }
}
