using System.Globalization;
using Tripod.Linux.Events;
using Tripod.Linux.Processes;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>
/// Notices that containers end, kills what they leave in their cgroup, and writes the end down. Woken by the process's
/// pidfd and by conmon's exit file; what the file says is what counts.
/// </summary>
internal sealed class ContainerEnds(RuntimeParts parts) : IDisposable
{
    /// <summary>How long after the process conmon may take to write its code; it does so at once unless it was killed too.</summary>
    private static readonly TimeSpan ConmonsTime = TimeSpan.FromSeconds(5);

    /// <summary>What is reported where no one saw the code, as the kubelet does.</summary>
    private const int UnknownCode = 137;

    private readonly CancellationTokenSource closing = new();
    private Inotify? exits;

    public void Open()
    {
        Directory.CreateDirectory(parts.Paths.Exits);
        exits = new Inotify(parts.Paths.Exits, FileChanges.MovedTo | FileChanges.ClosedAfterWrite, (_, name) => parts.Table.Find(name)?.ExitFile.TrySetResult());
    }

    /// <summary>Follows a container that has just been started, or was found running.</summary>
    public void Follow(ContainerEntry entry)
    {
        // Held by the closure: a restart makes new ones.
        var record = entry.Record;
        _ = Task.Run(() => FollowAsync(entry, record), CancellationToken.None);
    }

    /// <summary>Writes down an end that is known to have happened; also called for one that happened while no engine ran.</summary>
    public async Task FinishAsync(ContainerEntry entry, CancellationToken cancel)
    {
        var record = entry.Record;
        if (record.State is ContainerState.Exited)
        {
            return;
        }

        await parts.Cgroups.KillAsync(record.Cgroup, cancel).ConfigureAwait(false);
        var (code, at) = ReadExit(record);
        var oom = File.Exists(Path.Combine(parts.Paths.Bundle(record.Id), "oom"));
        parts.Oci.Forget(record.Id);
        parts.Cgroups.Remove(record.Cgroup);
        parts.Table.Change(entry, known => known with
        {
            State = ContainerState.Exited,
            ExitCode = code ?? UnknownCode,
            FinishedAt = at,
            Reason = code is null ? "ContainerStatusUnknown" : oom ? "OOMKilled" : code == 0 ? "Completed" : "Error",
            Message = code is null ? "The container could not be located when the pod was terminated" : "",
        });
        entry.Ended.TrySetResult();
        parts.Table.Publish(ContainerEventKind.Stopped, entry.Record);
    }

    public void Dispose()
    {
        closing.Cancel();
        exits?.Dispose();
        closing.Dispose();
    }

    private async Task FollowAsync(ContainerEntry entry, ContainerRecord record)
    {
        try
        {
            using (var process = Pidfd.Open(record.Pid))
            {
                if (process is not null && new ProcessIdentity(record.Pid, record.StartTicks).IsAlive)
                {
                    await process.Ended(closing.Token).ConfigureAwait(false);
                }
            }

            if (!record.IsPause && !File.Exists(parts.Paths.ExitFile(record.Id)))
            {
                await entry.ExitFile.Task.WaitAsync(ConmonsTime, parts.Clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            closing.Token.ThrowIfCancellationRequested();
            await FinishAsync(entry, closing.Token).ConfigureAwait(false);
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
        {
            // The engine stops; the next one finds the container again.
        }
    }

    private (int? Code, DateTimeOffset At) ReadExit(ContainerRecord record)
    {
        if (record.IsPause)
        {
            return (0, parts.Clock.GetUtcNow());
        }

        try
        {
            var file = parts.Paths.ExitFile(record.Id);
            return (int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture), File.GetLastWriteTimeUtc(file));
        }
        catch (Exception missing) when (missing is IOException or FormatException)
        {
            return (null, parts.Clock.GetUtcNow());
        }
    }
}
