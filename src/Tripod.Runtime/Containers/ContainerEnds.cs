using System.Data.Common;
using Tripod.Linux.Events;
using Tripod.Linux.Networking;
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
    private static readonly TimeSpan MonitorsTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource closing = new();
    private Inotify? exits;

    public void Open()
    {
        Directory.CreateDirectory(parts.Paths.Exits);
        exits = new Inotify(parts.Paths.Exits, FileChanges.MovedTo | FileChanges.ClosedAfterWrite, Written);
    }

    /// <summary>Follows a container that has just been started, or was found running; completes when its end is written down.</summary>
    public Task Follow(ContainerEntry entry)
    {
        // Held by the closure: a restart makes new ones.
        var record = entry.Record;
        return Task.Run(() => FollowAsync(entry, record), CancellationToken.None);
    }

    /// <summary>Whoever waits for an end is told that it will not be seen here.</summary>
    public void Dispose()
    {
        closing.Cancel();
        exits?.Dispose();
    }

    private void Written(FileChanges what, string name)
    {
        // No name: the queue ran over.
        foreach (var entry in parts.Table.All.Where(entry => name.Length == 0 ? File.Exists(parts.Paths.ExitFile(entry.Record.Id)) : entry.Record.Id == name))
        {
            entry.ExitFile.TrySetResult();
        }
    }

    private async Task FollowAsync(ContainerEntry entry, ContainerRecord record)
    {
        try
        {
            var cancel = closing.Token;
            using (var process = Pidfd.Open(record.Pid))
            {
                if (process is not null && record.BootId == parts.BootId && new ProcessIdentity(record.Pid, record.StartTicks).IsAlive)
                {
                    await process.Ended(cancel).ConfigureAwait(false);
                }
            }

            while (!await TryFinishAsync(entry, record, cancel).ConfigureAwait(false))
            {
                await Task.Delay(RetryDelay, parts.Clock, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops; the next one finds the container again.
            entry.Ended.TrySetCanceled(closing.Token);
        }
    }

    private async Task<bool> TryFinishAsync(ContainerEntry entry, ContainerRecord record, CancellationToken cancel)
    {
        try
        {
            // What it left behind may hold a port, or conmon's pipes.
            var outOfMemory = parts.Cgroups.WasOutOfMemory(record.Cgroup);
            await parts.Cgroups.KillAsync(record.Cgroup, cancel).ConfigureAwait(false);
            if (!record.IsPause)
            {
                await WaitForExitFileAsync(entry, record, cancel).ConfigureAwait(false);
            }

            Finish(entry, record, outOfMemory || parts.Cgroups.WasOutOfMemory(record.Cgroup));
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbException)
        {
            LogMessages.EndNotWritten(parts.Log, record.Id, RetryDelay, failure);
            return false;
        }
    }

    private async Task WaitForExitFileAsync(ContainerEntry entry, ContainerRecord record, CancellationToken cancel)
    {
        using var monitor = ContainerMonitor.Find(parts.Paths.Bundle(record.Id), record.Id);
        if (monitor is null || File.Exists(parts.Paths.ExitFile(record.Id)))
        {
            return;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        waiting.CancelAfter(MonitorsTime);
        await Task.WhenAny(entry.ExitFile.Task, monitor.Ended(waiting.Token)).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        await waiting.CancelAsync().ConfigureAwait(false);
    }

    private void Finish(ContainerEntry entry, ContainerRecord record, bool outOfMemory)
    {
        var file = parts.Paths.ExitFile(record.Id);
        var written = File.Exists(file);
        var at = written ? File.GetLastWriteTimeUtc(file) : parts.Clock.GetUtcNow();
        var exit = record.IsPause
            ? new(0, "Completed", "")
            : ContainerExit.Of(written ? File.ReadAllText(file) : null, outOfMemory || File.Exists(Path.Combine(parts.Paths.Bundle(record.Id), "oom")), record.BootId != parts.BootId);
        parts.Oci.Forget(record.Id);
        parts.Cgroups.Remove(record.Cgroup);
        parts.Table.Change(entry, known => known with
        {
            State = ContainerState.Exited,
            ExitCode = exit.Code,
            // A short run's exit file may be older than the record of its start.
            FinishedAt = at > known.StartedAt ? at : known.StartedAt,
            Reason = exit.Reason,
            Message = exit.Message,
            Paused = false,
        });
        GiveBackNetwork(entry);
        entry.Ended.TrySetResult();
        parts.Table.Publish(ContainerEventKind.Stopped, entry.Record);
    }

    /// <summary>What cannot be given back now is given back when the container is removed, or by the next engine.</summary>
    private void GiveBackNetwork(ContainerEntry entry)
    {
        try
        {
            var network = new OwnNetwork(parts);
            network.Release(entry);
            network.ReleaseJoined(entry.Record);
        }
        catch (Exception failure) when (failure is IOException or NftablesException)
        {
            LogMessages.UndoFailed(parts.Log, entry.Record.Id, failure);
        }
    }
}
