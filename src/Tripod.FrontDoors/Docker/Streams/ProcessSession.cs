using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Streams;

/// <summary>Carries a process's streams over a hijacked connection, until its output is over or the user detaches. A client that goes away leaves the process alone.</summary>
internal sealed class ProcessSession(HijackedConnection connection, MultiplexedOutput output)
{
    private const int BufferSize = 32 * 1024;

    /// <summary>How long after its end a process's output may stand still: something it left behind may hold the pipe open for ever.</summary>
    private static readonly TimeSpan OutputTime = TimeSpan.FromSeconds(2);

    /// <param name="process">Whose streams.</param>
    /// <param name="stdin">Whether the client's input is for it.</param>
    /// <param name="stdout">Whether the client wants it; else it is read and dropped.</param>
    /// <param name="stderr">As <paramref name="stdout"/>.</param>
    /// <param name="keys">Null where there is no terminal to leave.</param>
    /// <returns>True when the user has detached.</returns>
    public async Task<bool> RunAsync(IProcessStreams process, bool stdin, bool stdout, bool stderr, DetachKeys? keys)
    {
        using var over = new CancellationTokenSource();
        using var silent = new CancellationTokenSource();
        var input = stdin ? SendAsync(process, keys, over.Token) : Task.FromResult(false);
        var printed = Task.WhenAll(CopyAsync(process.Stdout, stdout, stderr: false, silent.Token), CopyAsync(process.Stderr, stderr, stderr: true, silent.Token));
        _ = QuietAfterEndAsync(process, silent);
        var detached = await Task.WhenAny(input, printed).ConfigureAwait(false) == input && await input.ConfigureAwait(false);
        if (!detached)
        {
            await printed.ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
        await ((Task)input).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return detached;
    }

    private static async Task QuietAfterEndAsync(IProcessStreams process, CancellationTokenSource silent)
    {
        try
        {
            await ((Task)process.ExitCode).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            silent.CancelAfter(OutputTime);
        }
        catch (ObjectDisposedException)
        {
            // All was said before.
        }
    }

    private async Task<bool> SendAsync(IProcessStreams process, DetachKeys? keys, CancellationToken over)
    {
        var buffer = new byte[BufferSize];
        var target = process.Stdin;
        try
        {
            int count;
            while ((count = await connection.ReadAsync(buffer, over).ConfigureAwait(false)) > 0)
            {
                var (data, detached) = keys is null ? (buffer.AsMemory(0, count), false) : keys.Take(buffer.AsSpan(0, count)) is var (passed, complete) ? (passed.AsMemory(), complete) : default;
                target = await WriteAsync(target, data, over).ConfigureAwait(false);
                if (detached)
                {
                    return true;
                }
            }

            if (target is not null && keys is null)
            {
                await target.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            // The connection broke, or the process is over.
        }

        return false;
    }

    /// <returns>Null for a process that reads no more: what else comes is dropped.</returns>
    private static async Task<Stream?> WriteAsync(Stream? target, ReadOnlyMemory<byte> data, CancellationToken over)
    {
        try
        {
            if (target is not null && !data.IsEmpty)
            {
                await target.WriteAsync(data, over).ConfigureAwait(false);
                await target.FlushAsync(over).ConfigureAwait(false);
            }

            return target;
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    private async Task CopyAsync(Stream? source, bool wanted, bool stderr, CancellationToken silent)
    {
        var buffer = new byte[BufferSize];
        var here = wanted;
        while (source is not null)
        {
            int count;
            try
            {
                count = await source.ReadAsync(buffer, silent).ConfigureAwait(false);
            }
            catch (Exception over) when (over is IOException or ObjectDisposedException or OperationCanceledException or RuntimeException)
            {
                return;
            }

            if (count == 0)
            {
                return;
            }

            try
            {
                if (here)
                {
                    await output.WriteAsync(stderr, buffer.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
                }
            }
            catch (Exception gone) when (gone is IOException or InvalidOperationException)
            {
                // Read on, so that the process is not held up.
                here = false;
            }
        }
    }
}
