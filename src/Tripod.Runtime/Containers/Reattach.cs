using Tripod.Linux.Processes;
using Tripod.Runtime.Records;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Containers;

/// <summary>What a new engine does first: finds the containers that went on without it, and writes down which ended meanwhile.</summary>
internal sealed class Reattach(RuntimeParts parts)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        parts.Table.Load();
        var ended = new List<Task>();
        foreach (var entry in parts.Table.All.Where(entry => entry.Record.State == ContainerState.Running).ToList())
        {
            var followed = parts.Ends.Follow(entry);
            if (!IsAlive(entry.Record))
            {
                ended.Add(followed);
            }
        }

        // Held also for a pod whose pause alone has died: its containers still have the address.
        foreach (var entry in parts.Table.All.Where(entry => entry.Record is { IsPause: true, Address.Length: > 0 } && HasLife(entry.Record)))
        {
            parts.Network.Restore(entry.Record.Id, entry.Record.Address, entry.Record.Sandbox!.Ports, entry.Record.Address6);
        }

        var owners = parts.Table.All.Where(entry => OwnNetwork.Has(entry.Record) && (entry.Record.Address.Length > 0 || entry.Record.Ports.Count > 0)).ToList();
        foreach (var entry in owners.Where(entry => IsUsed(entry.Record)))
        {
            new OwnNetwork(parts).Restore(entry.Record);
        }

        await Task.WhenAll(ended).WaitAsync(cancel).ConfigureAwait(false);
        owners.ForEach(new OwnNetwork(parts).Release);
        foreach (var entry in parts.Table.All.Where(entry => entry.Record.State == ContainerState.Created).ToList())
        {
            await ClearHalfMadeAsync(entry, cancel).ConfigureAwait(false);
        }

        if (parts.Cgroups.Driver == Cgroups.CgroupDriver.Systemd)
        {
            await parts.Cgroups.RemoveEmptySlicesAsync(parts.CgroupPaths.Top).ConfigureAwait(false);
        }

        parts.Network.Prune();
        RemoveUnknown(Path.GetDirectoryName(parts.Paths.Bundle("any"))!);
        RemoveUnknown(Path.GetDirectoryName(parts.Paths.State("any"))!);
        RemoveUnknown(parts.Paths.OciState);
        RemoveUnknown(parts.Paths.Exits);
    }

    private bool IsAlive(ContainerRecord record) => record.BootId == parts.BootId && new ProcessIdentity(record.Pid, record.StartTicks).IsAlive;

    private bool IsUsed(ContainerRecord owner) => (owner.State == ContainerState.Running && IsAlive(owner)) || new OwnNetwork(parts).IsJoined(owner.Id);

    private bool HasLife(ContainerRecord pause) => parts.Table.All.Any(entry => entry.Record.SandboxId == pause.Id && entry.Record.State == ContainerState.Running && IsAlive(entry.Record));

    /// <summary>By an engine that died: a sandbox is asked for again by whoever wanted it, a container can still be started.</summary>
    private async Task ClearHalfMadeAsync(ContainerEntry entry, CancellationToken cancel)
    {
        if (entry.Record.IsPause)
        {
            try
            {
                await RemoveSandbox.DiscardAsync(parts, entry, cancel).ConfigureAwait(false);
            }
            catch (RuntimeException refused)
            {
                // A plugin that does not take its network back; asked again for the same pod it is tried again.
                LogMessages.UndoFailed(parts.Log, entry.Record.Id, refused);
            }
        }
        else
        {
            await parts.Cgroups.KillAsync(entry.Record.Cgroup, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Files and directories that no record knows.</summary>
    private void RemoveUnknown(string folder)
    {
        foreach (var path in Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [])
        {
            var name = Path.GetFileName(path);
            if (!name.StartsWith('.') && parts.Table.Find(name) is null)
            {
                RemoveContainer.RemoveWithMounts(path);
                File.Delete(path);
            }
        }
    }
}
