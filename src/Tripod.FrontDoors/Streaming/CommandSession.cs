using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Streaming;

/// <summary>
/// One process and one client, from the opening of the process to the Status that ends it. Whoever is slow holds up the
/// other alone; when the client goes, the process's streams are let go of, which kills what exec started.
/// </summary>
/// <remarks>
/// <code>
/// process            session                    client
///   stdout, stderr ──► copied ────────────────►
///   stdin ◄─────────── as fast as it is read ◄── stdin, resize
///   exit ────────────► rest of the output ────►
///                      Status, close ─────────►
///                                            ◄── close
/// </code>
/// </remarks>
internal sealed class CommandSession(ICommandChannels channels, RemoteCommandRequest request)
{
    private const int BufferSize = 32 * 1024;

    /// <summary>How long after its end a process's output may stand still: something it left behind may hold the pipe open for ever.</summary>
    private static readonly TimeSpan OutputTime = TimeSpan.FromSeconds(2);

    /// <summary>For what the process answers to the last line of a client that detaches.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(200);

    /// <summary>For the client to close after it was told the end.</summary>
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    public async Task RunAsync(Func<CancellationToken, Task<IProcessStreams>> open, ClientPresence client, CancellationToken cancel)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            if (await OpenAsync(open, session.Token).ConfigureAwait(false) is { } process)
            {
                await using (process.ConfigureAwait(false))
                {
                    await ServeAsync(process, client, session).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure) when (ClientGone.Is(failure))
        {
            // Nobody is left to be told.
        }
        finally
        {
            await session.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The connection is upgraded already: whatever went wrong, a Status is the only way left to say it.</summary>
    /// <returns>Null when it was said.</returns>
    private async Task<IProcessStreams?> OpenAsync(Func<CancellationToken, Task<IProcessStreams>> open, CancellationToken cancel)
    {
        try
        {
            return await open(cancel).ConfigureAwait(false);
        }
        catch (Exception unopened) when (!cancel.IsCancellationRequested)
        {
            var received = channels.ReceiveAsync(new CommandInput(NoProcess.Instance, request), cancel);
            await EndAsync(CommandStatus.NotRun(unopened.Message), received, cancel).ConfigureAwait(false);
            return null;
        }
    }

    private async Task ServeAsync(IProcessStreams process, ClientPresence client, CancellationTokenSource session)
    {
        var input = new CommandInput(process, request);
        var received = channels.ReceiveAsync(input, session.Token);
        var status = CarryAsync(process, input.Detached, session.Token);
        var gone = client.Gone(session.Token);
        if (await Task.WhenAny(status, received, gone).ConfigureAwait(false) == status)
        {
            await EndAsync(await status.ConfigureAwait(false), received, session.Token).ConfigureAwait(false);
        }

        await session.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(status, received, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<ReadOnlyMemory<byte>> CarryAsync(IProcessStreams process, Task detached, CancellationToken cancel)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var output = Task.WhenAll(
            CopyAsync(process.Stdout, request.Stdout ? CommandStream.Stdout : null, silent.Token, cancel),
            CopyAsync(process.Stderr, request.Stderr ? CommandStream.Stderr : null, silent.Token, cancel));
        try
        {
            // Whichever fails first: output that cannot be written means that the client has gone.
            var exit = process.ExitCode.WaitAsync(cancel);
            var first = await Task.WhenAny(exit, output, detached).ConfigureAwait(false);
            if (first == detached)
            {
                silent.CancelAfter(AnswerTime);
                await output.ConfigureAwait(false);
                return CommandStatus.Success;
            }

            if (first == output)
            {
                await output.ConfigureAwait(false);
            }

            var code = await exit.ConfigureAwait(false);
            silent.CancelAfter(OutputTime);
            await output.ConfigureAwait(false);
            return request.Attach ? CommandStatus.Success : CommandStatus.Exited(code);
        }
        catch (RuntimeException failure)
        {
            silent.CancelAfter(OutputTime);
            await output.ConfigureAwait(false);
            return CommandStatus.NotRun(failure.Message);
        }
    }

    /// <param name="target">Null: read and dropped, so that the process is not held up by output nobody wants.</param>
    /// <param name="silent">Ends a wait for output, but not the carrying of output that is there.</param>
    private async Task CopyAsync(Stream? source, CommandStream? target, CancellationToken silent, CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        while (source is not null)
        {
            int count;
            try
            {
                var read = source.ReadAsync(buffer, cancel);
                count = read.IsCompleted ? await read.ConfigureAwait(false) : await read.AsTask().WaitAsync(silent).ConfigureAwait(false);
            }
            catch (Exception over) when (over is IOException or ObjectDisposedException || (over is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                return;
            }

            if (count == 0)
            {
                return;
            }

            if (target is { } stream)
            {
                await channels.WriteAsync(stream, buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task EndAsync(ReadOnlyMemory<byte> status, Task received, CancellationToken cancel)
    {
        await channels.EndAsync(status, cancel).ConfigureAwait(false);
        await received.WaitAsync(ClosingTime, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Takes what the client sends before it knows that there is no process.</summary>
    private sealed class NoProcess : IProcessStreams
    {
        public static readonly NoProcess Instance = new();

        public Stream? Stdin => null;
        public Stream? Stdout => null;
        public Stream? Stderr => null;
        public Task<int> ExitCode => Task.FromResult(0);

        public void Resize(int columns, int rows)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
