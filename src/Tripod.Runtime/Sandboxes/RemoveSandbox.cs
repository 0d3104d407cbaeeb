using Tripod.Runtime.Containers;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Stops what still runs and removes the sandbox with all its containers; nothing of it stays but logs.</summary>
internal sealed class RemoveSandbox(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        if (parts.Table.Find(id) is not { } entry)
        {
            return;
        }

        await new StopSandbox(parts).RunAsync(id, cancel).ConfigureAwait(false);
        var remove = new RemoveContainer(parts);
        foreach (var container in parts.Table.All.Where(other => other.Record.SandboxId == id && !other.Record.IsPause).ToList())
        {
            await remove.RunAsync(container.Record.Id, cancel).ConfigureAwait(false);
        }

        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        Discard(parts, entry);
        parts.Table.Publish(ContainerEventKind.Deleted, entry.Record);
    }

    public static void Discard(RuntimeParts parts, ContainerEntry entry)
    {
        parts.Network.Detach(entry.Record.Id);
        RemoveContainer.Discard(parts, entry);
        parts.Cgroups.RemoveEmptyParents(entry.Record.Cgroup, $"/{parts.Options.Name}");
    }
}
