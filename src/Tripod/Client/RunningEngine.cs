using System.Net.Sockets;
using Tripod.Linux.Processes;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>Finds the engine that a verb speaks to, and starts it where none runs.</summary>
internal static class RunningEngine
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(20);

    public static string LogPath(string run) => Path.Combine(run, "engine.log");

    /// <summary>Null where none runs.</summary>
    public static async Task<EngineRecord?> FindAsync(string run, CancellationToken cancel) =>
        EngineRecord.Read(run) is { } record && await AnswersAsync(record, cancel).ConfigureAwait(false) ? record : null;

    /// <param name="run">Tells engines apart.</param>
    /// <param name="arguments">Of <c>tripod serve</c>; null: as the last one in the same place was started.</param>
    /// <param name="cancel">Gives up waiting; an engine that was started goes on.</param>
    public static async Task<EngineRecord> FindOrStartAsync(string run, IReadOnlyList<string>? arguments, CancellationToken cancel)
    {
        if (await FindAsync(run, cancel).ConfigureAwait(false) is { } running)
        {
            return running;
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new CommandFailure($"no engine runs in {run}, and to start one takes root: sudo tripod up");
        }

        var started = await StartAsync(run, arguments ?? EngineRecord.Read(run)?.Arguments ?? ["serve", "--run", run], cancel).ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"tripod: no engine was running; started one in the background (pid {started.Pid}, log {LogPath(run)})").ConfigureAwait(false);
        return started;
    }

    private static async Task<EngineRecord> StartAsync(string run, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        Directory.CreateDirectory(run);
        var log = LogPath(run);
        int pid;
        using (var output = OutputFile.Append(log))
        {
            pid = await ChildProcess.Start(new() { Command = [Environment.ProcessPath!, .. arguments], Descriptors = [null, output, output] }).ConfigureAwait(false);
        }

        using var process = Pidfd.Open(pid);
        var ended = process is null ? Task.CompletedTask : process.Ended(cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(StartTime);
        while (!patience.IsCancellationRequested && !ended.IsCompleted)
        {
            if (EngineRecord.Read(run) is { } record && record.Pid == pid && await AnswersAsync(record, cancel).ConfigureAwait(false))
            {
                return record;
            }

            await Task.WhenAny(ended, Task.Delay(Pause, patience.Token)).ConfigureAwait(false);
        }

        cancel.ThrowIfCancellationRequested();
        throw new CommandFailure($"the engine did not start; the end of {log} says:\n  {string.Join("\n  ", File.ReadLines(log).TakeLast(5))}");
    }

    /// <summary>The Docker door is opened last: behind it all is ready.</summary>
    private static async Task<bool> AnswersAsync(EngineRecord engine, CancellationToken cancel)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(engine.DockerSocket), cancel).ConfigureAwait(false);
            return true;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CommandFailure($"permission denied on {engine.DockerSocket}: run the command with sudo", inner: failure);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
