using System.Text.Json.Nodes;

namespace Tripod.Runtime.Containers;

/// <summary>Changes the limits of a running container in place.</summary>
internal sealed class UpdateContainer(RuntimeParts parts)
{
    public async Task RunAsync(string id, LinuxResources resources, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        if (entry.Record.State == ContainerState.Running)
        {
            var memory = new JsonObject();
            Set(memory, "limit", resources.MemoryLimit);
            Set(memory, "swap", resources.MemorySwapLimit);
            var cpu = new JsonObject();
            Set(cpu, "shares", resources.CpuShares);
            Set(cpu, "quota", resources.CpuQuota);
            Set(cpu, "period", resources.CpuPeriod);
            var json = new JsonObject { ["memory"] = memory, ["cpu"] = cpu };
            if (resources.PidsLimit != 0)
            {
                json["pids"] = new JsonObject { ["limit"] = resources.PidsLimit };
            }

            await parts.Oci.UpdateAsync(id, json.ToJsonString()).ConfigureAwait(false);
        }

        parts.Table.Change(entry, known => known with { Config = known.Config with { Resources = resources } });
    }

    private static void Set(JsonObject json, string name, long value)
    {
        if (value != 0)
        {
            json[name] = value;
        }
    }
}
