using Tripod.Linux;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime;

/// <summary>Takes everything down that this engine has on the machine (<c>tripod down</c>), and leaves the state on disk.</summary>
internal sealed class Shutdown(RuntimeParts parts)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken cancel)
    {
        var stop = new StopContainer(parts);
        var all = parts.Table.All.ToList();
        await Task.WhenAll(all.Where(entry => !entry.Record.IsPause).Select(entry => stop.RunAsync(entry.Record.Id, Grace, cancel))).ConfigureAwait(false);
        foreach (var pause in all.Where(entry => entry.Record.IsPause))
        {
            await new StopSandbox(parts).RunAsync(pause.Record.Id, cancel).ConfigureAwait(false);
        }

        parts.Network.Close();
        foreach (var point in Mounts.Below(parts.Paths.Run).Concat(Mounts.Below(parts.Paths.Root)))
        {
            Mounts.Unmount(point);
        }

        parts.Cgroups.Remove($"/{parts.Options.Name}");
    }
}
