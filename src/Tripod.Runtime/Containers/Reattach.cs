using Tripod.Linux;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Containers;

/// <summary>What a new engine does first: finds the containers that went on without it, and writes down which ended meanwhile.</summary>
internal sealed class Reattach(RuntimeParts parts)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        parts.Table.Load();
        foreach (var entry in parts.Table.All.Where(entry => entry.Record.State == ContainerState.Running).ToList())
        {
            var record = entry.Record;
            if (record.BootId == parts.BootId && new ProcessIdentity(record.Pid, record.StartTicks).IsAlive)
            {
                if (record.IsPause && record.Address.Length > 0)
                {
                    parts.Network.Restore(record.Id, record.Address, record.Sandbox!.Ports);
                }

                parts.Ends.Follow(entry);
            }
            else
            {
                await parts.Ends.FinishAsync(entry, cancel).ConfigureAwait(false);
            }
        }

        foreach (var entry in parts.Table.All.Where(entry => entry.Record is { IsPause: true, State: ContainerState.Created }).ToList())
        {
            // Half-made by an engine that died: whoever wanted it asks again.
            await parts.Cgroups.KillAsync(entry.Record.Cgroup, cancel).ConfigureAwait(false);
            Sandboxes.RemoveSandbox.Discard(parts, entry);
        }

        parts.Network.Prune();
        RemoveUnknown(parts.Paths.Run, "containers");
        RemoveUnknown(parts.Paths.Root, "containers");
    }

    /// <summary>Directories that no record knows.</summary>
    private void RemoveUnknown(string top, string folder)
    {
        var parent = Path.Combine(top, folder);
        foreach (var directory in Directory.Exists(parent) ? Directory.EnumerateDirectories(parent) : [])
        {
            if (parts.Table.Find(Path.GetFileName(directory)) is null)
            {
                foreach (var point in Mounts.Below(directory))
                {
                    Mounts.Unmount(point);
                }

                Directory.Delete(directory, recursive: true);
            }
        }
    }
}
