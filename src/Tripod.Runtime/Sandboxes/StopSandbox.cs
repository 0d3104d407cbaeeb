using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Ends a sandbox's containers without grace, then pause, and gives its address and host ports back.</summary>
internal sealed class StopSandbox(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        if (parts.Table.Find(id) is not { } pause)
        {
            return;
        }

        var stop = new StopContainer(parts);
        await Task.WhenAll(parts.Table.All
            .Where(entry => entry.Record.SandboxId == id && !entry.Record.IsPause)
            .Select(entry => stop.RunAsync(entry.Record.Id, TimeSpan.Zero, cancel))).ConfigureAwait(false);
        using var turn = await pause.TakeTurn(cancel).ConfigureAwait(false);
        if (pause.Record.State == ContainerState.Running)
        {
            await parts.Cgroups.KillAsync(pause.Record.Cgroup, cancel).ConfigureAwait(false);
            await pause.Ended.Task.WaitAsync(cancel).ConfigureAwait(false);
        }

        parts.Network.Detach(id);
    }
}
