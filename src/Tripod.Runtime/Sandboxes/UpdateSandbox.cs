using Tripod.Runtime.Containers;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Sandboxes;

/// <summary>Changes the limits of a pod's own cgroup while the pod runs, and writes them down as its sandbox's.</summary>
internal sealed class UpdateSandbox(RuntimeParts parts)
{
    /// <summary>The cgroup that holds pause's and those of the pod's containers.</summary>
    public static string PodCgroup(ContainerRecord pause) => Path.GetDirectoryName(pause.Cgroup)!;

    public async Task RunAsync(string id, LinuxResources limits, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        if (entry.IsRemoved || entry.Record.Sandbox is null)
        {
            throw new RuntimeException(RuntimeErrorKind.NotFound, $"no such sandbox: {id}");
        }

        // Written before it is written down: an engine that dies in between writes it again.
        await parts.Cgroups.LimitAsync(PodCgroup(entry.Record), limits).ConfigureAwait(false);
        parts.Table.Change(entry, known => known with { Sandbox = known.Sandbox! with { PodLimits = limits } });
    }
}
