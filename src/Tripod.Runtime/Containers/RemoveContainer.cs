using Tripod.Linux;
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

        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        if (entry.Record.State == ContainerState.Running)
        {
            await parts.Cgroups.KillAsync(entry.Record.Cgroup, cancel).ConfigureAwait(false);
            await entry.Ended.Task.WaitAsync(cancel).ConfigureAwait(false);
        }

        Discard(parts, entry);
        parts.Table.Publish(ContainerEventKind.Deleted, entry.Record);
    }

    /// <summary>The steps of creation, undone in reverse; each may have been undone already.</summary>
    public static void Discard(RuntimeParts parts, ContainerEntry entry)
    {
        var record = entry.Record;
        parts.Oci.Forget(record.Id);
        parts.Cgroups.Remove(record.Cgroup);
        var bundle = parts.Paths.Bundle(record.Id);
        foreach (var point in Mounts.Below(bundle))
        {
            Mounts.Unmount(point);
        }

        Delete(bundle);
        Delete(parts.Paths.State(record.Id));
        Delete(Path.Combine(parts.Paths.Root, "logs", "containers", record.Id));
        File.Delete(parts.Paths.ExitFile(record.Id));
        parts.Table.Remove(entry);
    }

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
