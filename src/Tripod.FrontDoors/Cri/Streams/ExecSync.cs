using Google.Protobuf;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Cri.Streams;

/// <summary>A command whose output is the answer. What goes beyond 8 MiB of either stream is dropped; the command goes on.</summary>
internal sealed class ExecSync(CriParts parts)
{
    // Both streams and the frame must fit into what a client takes.
    private const int MostBytes = 8 * 1024 * 1024 - 4096;

    public async Task<ExecSyncResponse> RunAsync(ExecSyncRequest request, CancellationToken cancel)
    {
        var container = parts.Lookup.Container(request.ContainerId);
        if (request.Cmd.Count == 0)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "cmd: there is no command to run");
        }

        return await CriCall.WithinAsync(
            request.Timeout,
            cancel,
            limit => RunAsync(container.Id, request.Cmd, limit),
            () => $"command {string.Join(' ', request.Cmd)} timed out after {request.Timeout} s: it was killed").ConfigureAwait(false);
    }

    private async Task<ExecSyncResponse> RunAsync(string containerId, IEnumerable<string> command, CancellationToken limit)
    {
        var process = await parts.Runtime.Exec(containerId, new() { Command = [.. command], KillWhenDisposed = true }, limit).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            var (stdout, stderr) = (ReadAsync(process.Stdout, limit), ReadAsync(process.Stderr, limit));
            var code = await process.ExitCode.WaitAsync(limit).ConfigureAwait(false);
            if (process.Refusal.Length > 0)
            {
                throw new RuntimeException(RuntimeErrorKind.Internal, $"failed to exec in container {containerId}: {process.Refusal}");
            }

            return new() { Stdout = await stdout.ConfigureAwait(false), Stderr = await stderr.ConfigureAwait(false), ExitCode = code };
        }
    }

    private static async Task<ByteString> ReadAsync(Stream? stream, CancellationToken cancel)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while (stream is not null && (count = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            kept.Write(buffer, 0, (int)Math.Min(count, MostBytes - kept.Length));
        }

        return ByteString.CopyFrom(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
