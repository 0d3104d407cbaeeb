using System.Net;
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

        if (arguments is null && InstalledUnit.IsFor(run))
        {
            await InstalledUnit.StartAsync().ConfigureAwait(false);
            return await FindAsync(run, cancel).ConfigureAwait(false) ?? throw new CommandFailure("the engine ended as soon as it was ready: journalctl -u tripod says why");
        }

        var (engine, isOwn) = await StartAsync(run, arguments ?? EngineRecord.Read(run)?.Arguments ?? ["serve", "--run", run], cancel).ConfigureAwait(false);
        if (isOwn)
        {
            await Console.Error.WriteLineAsync($"tripod: no engine was running; started one in the background (pid {engine.Pid}, log {LogPath(run)})").ConfigureAwait(false);
        }

        return engine;
    }

    /// <returns>The engine, and whether it is the one started here: another verb may have been quicker.</returns>
    private static async Task<(EngineRecord Engine, bool IsOwn)> StartAsync(string run, IReadOnlyList<string> arguments, CancellationToken cancel)
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
        while (!patience.IsCancellationRequested && (!ended.IsCompleted || IsAnotherStarting(run, pid)))
        {
            if (EngineRecord.Read(run) is { } record && await AnswersAsync(record, cancel).ConfigureAwait(false))
            {
                return (record, record.Pid == pid);
            }

            await Task.Delay(Pause, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancel.ThrowIfCancellationRequested();
        throw new CommandFailure($"the engine did not start; the end of {log} says:\n  {string.Join("\n  ", File.ReadLines(log).TakeLast(5))}");
    }

    /// <summary>One that holds the lock and is not ready yet.</summary>
    private static bool IsAnotherStarting(string run, int own) =>
        EngineLock.Holder(run) is { } pid && pid != own;

    /// <summary>The Docker door is opened last: behind it all is ready.</summary>
    private static async Task<bool> AnswersAsync(EngineRecord engine, CancellationToken cancel)
    {
        try
        {
            return await AnswersAsync(new UnixDomainSocketEndPoint(engine.DockerSocket), cancel).ConfigureAwait(false);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AccessDenied)
        {
            // Not for this user, who may still have a key to the other door.
            var kubernetes = new Uri(engine.Kubernetes);
            return await AnswersAsync(new IPEndPoint(IPAddress.Parse(kubernetes.Host.Trim('[', ']')), kubernetes.Port), cancel).ConfigureAwait(false);
        }
    }

    private static async Task<bool> AnswersAsync(EndPoint address, CancellationToken cancel)
    {
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, address is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            await probe.ConnectAsync(address, cancel).ConfigureAwait(false);
            return true;
        }
        catch (SocketException failure) when (failure.SocketErrorCode != SocketError.AccessDenied)
        {
            return false;
        }
    }
}
