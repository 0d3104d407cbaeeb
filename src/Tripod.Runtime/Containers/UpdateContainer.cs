using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Oci;

namespace Tripod.Runtime.Containers;

/// <summary>Changes the limits of a container: in place where it runs, and for its next start.</summary>
internal sealed class UpdateContainer(RuntimeParts parts)
{
    public async Task RunAsync(string id, LinuxResources resources, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        var record = entry.IsRemoved ? parts.Table.Get(id).Record : entry.Record;
        if (record.State == ContainerState.Running)
        {
            var limits = CgroupFeatures.Enforceable(resources);
            await parts.Oci.UpdateAsync(id, RuntimeHandler.Of(parts, record), SpecResources.Document(limits)).ConfigureAwait(false);
            await parts.Cgroups.TellAsync(record.Cgroup, limits).ConfigureAwait(false);
            if (resources.CpuQuota < 0 && limits.CpuQuota == 0)
            {
                await parts.Cgroups.LimitAsync(record.Cgroup, new() { CpuQuota = resources.CpuQuota }).ConfigureAwait(false);
            }
        }

        parts.Table.Change(entry, known => known with { Config = known.Config with { Resources = resources } });
        entry.Prepared = null;
    }
}
