using Google.Protobuf;
using Grpc.Core;
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

        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (request.Timeout > 0)
        {
            time.CancelAfter(TimeSpan.FromSeconds(request.Timeout));
        }

        try
        {
            var process = await parts.Runtime.Exec(container.Id, new() { Command = [.. request.Cmd], KillWhenDisposed = true }, time.Token).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                var (stdout, stderr) = (ReadAsync(process.Stdout, time.Token), ReadAsync(process.Stderr, time.Token));
                var code = await process.ExitCode.WaitAsync(time.Token).ConfigureAwait(false);
                if (process.Refusal.Length > 0)
                {
                    throw new RuntimeException(RuntimeErrorKind.Internal, $"failed to exec in container {container.Id}: {process.Refusal}");
                }

                return new() { Stdout = await stdout.ConfigureAwait(false), Stderr = await stderr.ConfigureAwait(false), ExitCode = code };
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.DeadlineExceeded, $"command {string.Join(' ', request.Cmd)} timed out after {request.Timeout} s: it was killed"));
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
