using System.Text.Json.Nodes;
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
            await parts.Oci.UpdateAsync(id, RuntimeHandler.Of(parts, record), Document(resources)).ConfigureAwait(false);
        }

        parts.Table.Change(entry, known => known with { Config = known.Config with { Resources = resources } });
        entry.Prepared = null;
    }

    /// <summary>The <c>resources</c> of the OCI runtime-spec; what is not named stays as it is.</summary>
    public static string Document(LinuxResources resources)
    {
        var memory = new JsonObject();
        Set(memory, "limit", resources.MemoryLimit);
        Set(memory, "swap", resources.MemorySwapLimit);
        var cpu = new JsonObject();
        Set(cpu, "shares", resources.CpuShares);
        Set(cpu, "quota", resources.CpuQuota);
        Set(cpu, "period", resources.CpuPeriod);
        Set(cpu, "cpus", resources.CpusetCpus);
        Set(cpu, "mems", resources.CpusetMems);
        var pids = new JsonObject();
        Set(pids, "limit", resources.PidsLimit);
        var json = new JsonObject();
        foreach (var (name, part) in ((string, JsonObject)[])[("memory", memory), ("cpu", cpu), ("pids", pids)])
        {
            if (part.Count > 0)
            {
                json[name] = part;
            }
        }

        return json.ToJsonString();
    }

    private static void Set(JsonObject json, string name, long value)
    {
        if (value != 0)
        {
            json[name] = value;
        }
    }

    private static void Set(JsonObject json, string name, string value)
    {
        if (value.Length > 0)
        {
            json[name] = value;
        }
    }
}
