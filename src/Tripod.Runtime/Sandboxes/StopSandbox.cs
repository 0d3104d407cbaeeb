using Tripod.Runtime.Containers;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Ends a sandbox's containers without grace, then pause, and gives its address and host ports back.</summary>
internal sealed class StopSandbox(RuntimeParts parts)
{
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        if (Find(parts, id) is not { } pause)
        {
            return;
        }

        var stop = new StopContainer(parts);
        await Task.WhenAll(parts.Table.InSandbox(id).Select(entry => stop.RunAsync(entry.Record.Id, TimeSpan.Zero, cancel))).ConfigureAwait(false);
        using var turn = await pause.TakeTurn(cancel).ConfigureAwait(false);
        if (pause.IsRemoved)
        {
            return;
        }

        if (pause.Record.State == ContainerState.Running)
        {
            await parts.Cgroups.KillAsync(pause.Record.Cgroup, cancel).ConfigureAwait(false);
            await pause.Ended.Task.WaitAsync(cancel).ConfigureAwait(false);
        }

        parts.Network.Detach(id);
        await new PluggedSandbox(parts).DetachAsync(pause, cancel).ConfigureAwait(false);
    }

    /// <summary>Null where there is none any more.</summary>
    /// <exception cref="RuntimeException">The id is a container's.</exception>
    public static ContainerEntry? Find(RuntimeParts parts, string id) =>
        parts.Table.Find(id) is not { } entry || entry.Record.IsPause
            ? parts.Table.Find(id)
            : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"{id} is a container and no sandbox");
}
