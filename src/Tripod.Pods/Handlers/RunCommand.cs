using System.Text;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Handlers;

/// <summary>Runs a command in a container to its end and keeps the beginning of what it prints. Called for exec probes and hooks.</summary>
internal static class RunCommand
{
    private const int MostOutput = 10 * 1024;

    public static async Task<HandlerResult> RunAsync(HandlerTarget target, IList<string> command, TimeSpan limit, CancellationToken timeout)
    {
        try
        {
            var (code, output) = await RunAsync(target.Runtime, target.ContainerId, [.. command], timeout).ConfigureAwait(false);
            return code == 0 ? HandlerResult.Success(output) : new(HandlerOutcome.Failure, output.Length > 0 ? output : $"command '{string.Join(' ', command)}' exited with {code}: ");
        }
        catch (OperationCanceledException)
        {
            return HandlerResult.Failure($"command timed out: \"{string.Join(' ', command)}\" timed out after {limit.TotalSeconds:0.###}s");
        }
        catch (RuntimeException failure)
        {
            return new(HandlerOutcome.Error, $"rpc error: code = {failure.Kind} desc = {failure.Message}");
        }
    }

    /// <exception cref="RuntimeException">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">It took too long, and was killed.</exception>
    public static async Task<(int Code, string Output)> RunAsync(ContainerRuntime runtime, string containerId, IReadOnlyList<string> command, CancellationToken timeout)
    {
        await using var process = await runtime.Exec(containerId, new ExecConfig { Command = command }, timeout).ConfigureAwait(false);
        var output = new MemoryStream();
        var reading = Task.WhenAll(Read(process.Stdout, output, timeout), Read(process.Stderr, output, timeout));
        var code = await process.ExitCode.WaitAsync(timeout).ConfigureAwait(false);
        // What it left behind in the container may hold its output open; what it said itself is there by now.
        await reading.WaitAsync(TimeSpan.FromMilliseconds(100), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (output)
        {
            return (code, Encoding.UTF8.GetString(output.ToArray()));
        }
    }

    private static async Task Read(Stream? stream, MemoryStream output, CancellationToken cancel)
    {
        var buffer = new byte[4096];
        try
        {
            while (stream is not null && await stream.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and var count)
            {
                lock (output)
                {
                    output.Write(buffer, 0, Math.Min(count, MostOutput - (int)output.Length));
                }
            }
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process was killed, or nobody waits for the rest.
        }
    }
}
