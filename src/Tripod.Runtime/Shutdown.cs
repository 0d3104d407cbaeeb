using Tripod.Linux;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Records;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime;

/// <summary>Takes everything down that this engine has on the machine (<c>tripod down</c>), and leaves the state on disk.</summary>
internal sealed class Shutdown(RuntimeParts parts)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <exception cref="AggregateException">What could not be stopped; all else is down.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var all = parts.Table.All.ToList();
        var failures = new List<Exception>();
        await TryEachAsync(all.Where(entry => !entry.Record.IsPause), entry => new StopContainer(parts).RunAsync(entry.Record.Id, Grace, cancel), failures).ConfigureAwait(false);
        await TryEachAsync(all.Where(entry => entry.Record.IsPause), entry => new StopSandbox(parts).RunAsync(entry.Record.Id, cancel), failures).ConfigureAwait(false);
        await TryEachAsync(all, entry => ContainerMonitor.EndAsync(parts.Paths.Bundle(entry.Record.Id), entry.Record.Id, parts.Clock), failures).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        await parts.Network.LeaveNeighboursAsync().ConfigureAwait(false);
        parts.Networks.Close();
        parts.Network.Close();
        Mounts.UnshareSubtree(parts.Paths.Run);
        Mounts.UnshareSubtree(parts.Paths.Root);

        foreach (var driver in Enum.GetValues<CgroupDriver>())
        {
            await parts.Cgroups.RemoveAllAsync(new CgroupPath(parts.Options.Name, driver).Top).ConfigureAwait(false);
        }

        if (failures.Count > 0)
        {
            throw new AggregateException("shut down: not everything could be stopped", failures);
        }
    }

    private static async Task TryEachAsync(IEnumerable<ContainerEntry> entries, Func<ContainerEntry, Task> act, List<Exception> failures)
    {
        var acts = entries.Select(entry => Task.Run(() => act(entry))).ToList();
        foreach (var one in acts)
        {
            await one.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (one.Exception is { } failure)
            {
                failures.Add(failure.InnerException!);
            }
        }
    }
}
