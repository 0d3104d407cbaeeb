using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Stops what still runs and removes the sandbox with all its containers; nothing of it stays but logs.</summary>
internal sealed class RemoveSandbox(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        if (StopSandbox.Find(parts, id) is not { } entry)
        {
            return;
        }

        await new StopSandbox(parts).RunAsync(id, cancel).ConfigureAwait(false);
        var remove = new RemoveContainer(parts);
        await Task.WhenAll(parts.Table.InSandbox(id).Select(container => remove.RunAsync(container.Record.Id, cancel))).ConfigureAwait(false);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        if (!entry.IsRemoved)
        {
            await DiscardAsync(parts, entry, cancel).ConfigureAwait(false);
            parts.Table.Publish(ContainerEventKind.Deleted, entry.Record);
        }
    }

    public static async Task DiscardAsync(RuntimeParts parts, ContainerEntry entry, CancellationToken cancel)
    {
        parts.Network.Detach(entry.Record.Id);
        await new PluggedSandbox(parts).DetachAsync(entry, cancel).ConfigureAwait(false);
        await RemoveContainer.DiscardAsync(parts, entry, cancel).ConfigureAwait(false);
        await RemoveParentsAsync(parts, entry.Record.Cgroup).ConfigureAwait(false);
    }

    /// <summary>A kubelet's cgroups are its own to remove. A driver that was another once has left cgroups that are removed as they were made.</summary>
    private static async Task RemoveParentsAsync(RuntimeParts parts, string cgroup)
    {
        var isScope = SystemdUnit.IsScope(cgroup);
        var top = new CgroupPath(parts.Options.Name, isScope ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs).Top;
        if (!cgroup.StartsWith($"{top}/", StringComparison.Ordinal))
        {
            return;
        }

        if (!isScope)
        {
            parts.Cgroups.RemoveEmptyParents(cgroup, top);
        }
        else if (!parts.Table.All.Any(other => other.Record.Cgroup != cgroup && other.Record.Cgroup.StartsWith(cgroup[..(cgroup.LastIndexOf('/') + 1)], StringComparison.Ordinal)))
        {
            await parts.Cgroups.RemoveEmptySliceAsync(cgroup).ConfigureAwait(false);
        }
    }
}
