using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Kills what still runs and removes all that a container has, but for its log, which belongs to whoever named its place.</summary>
internal sealed class RemoveContainer(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        if (parts.Table.Find(id) is not { } entry)
        {
            return;
        }

        if (entry.Record.IsPause)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"container {id} is the pause container of a sandbox: remove the sandbox");
        }

        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        if (entry.IsRemoved)
        {
            return;
        }

        if (entry.Record.State == ContainerState.Running)
        {
            await parts.Cgroups.KillAsync(entry.Record.Cgroup, cancel).ConfigureAwait(false);
            await entry.Ended.Task.WaitAsync(cancel).ConfigureAwait(false);
        }

        await DiscardAsync(parts, entry, cancel).ConfigureAwait(false);
        parts.Table.Publish(ContainerEventKind.Deleted, entry.Record);
    }

    /// <summary>The steps of creation, undone in reverse; each may have been undone already. The record goes last, so that what fails is tried again.</summary>
    public static async Task DiscardAsync(RuntimeParts parts, ContainerEntry entry, CancellationToken cancel)
    {
        var record = entry.Record;
        var bundle = parts.Paths.Bundle(record.Id);
        await parts.Cgroups.KillAsync(record.Cgroup, cancel).ConfigureAwait(false);
        await ContainerMonitor.EndAsync(bundle, record.Id, parts.Clock).ConfigureAwait(false);
        parts.Oci.Forget(record.Id);
        parts.Cgroups.Remove(record.Cgroup);
        new OwnNetwork(parts).Forget(record);
        await entry.AttachWaitingAsync(new RuntimeException(RuntimeErrorKind.NotFound, $"container {record.Id} was removed")).ConfigureAwait(false);
        RemoveWithMounts(bundle);
        RemoveWithMounts(parts.Paths.State(record.Id));
        RemoveWithMounts(parts.Paths.OwnLogs(record.Id));
        File.Delete(parts.Paths.ExitFile(record.Id));
        parts.Table.Remove(entry);
    }

    /// <summary>After a step of creation has failed: what cannot be undone now keeps its record, and goes when it is removed.</summary>
    public static async Task UndoAsync(RuntimeParts parts, ContainerEntry entry)
    {
        try
        {
            await DiscardAsync(parts, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogMessages.UndoFailed(parts.Log, entry.Record.Id, failure);
        }
    }

    /// <summary>A container may have left any name and any depth; nothing below a mount is touched.</summary>
    public static void RemoveWithMounts(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var point in Mounts.Below(directory))
        {
            Mounts.Unmount(point);
        }

        TreeRemoval.Remove(directory);
    }
}
