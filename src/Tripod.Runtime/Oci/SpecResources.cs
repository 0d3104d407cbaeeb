using System.Text.Json;
using Tripod.Linux;

namespace Tripod.Runtime.Oci;

/// <summary>The <c>linux.resources</c> part of a config: limits, and which devices may be opened.</summary>
internal static class SpecResources
{
    public static void Write(Utf8JsonWriter json, ContainerSpec spec, IReadOnlyList<(string Permissions, DeviceNode Node)> devices)
    {
        var resources = spec.Resources;
        json.WriteStartObject("resources");
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", spec.Privileged);
        json.WriteString("access", "rwm");
        json.WriteEndObject();
        foreach (var (permissions, node) in devices)
        {
            json.WriteStartObject();
            json.WriteBoolean("allow", true);
            SpecWriter.DeviceNumbers(json, node);
            json.WriteString("access", permissions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (resources.MemoryLimit > 0 || resources.MemorySwapLimit > 0)
        {
            json.WriteStartObject("memory");
            Number(json, "limit", resources.MemoryLimit);
            Number(json, "swap", resources.MemorySwapLimit);
            json.WriteEndObject();
        }

        json.WriteStartObject("cpu");
        Number(json, "shares", resources.CpuShares);
        Number(json, "quota", resources.CpuQuota);
        Number(json, "period", resources.CpuPeriod);
        Text(json, "cpus", resources.CpusetCpus);
        Text(json, "mems", resources.CpusetMems);
        json.WriteEndObject();
        if (resources.PidsLimit != 0)
        {
            json.WriteStartObject("pids");
            json.WriteNumber("limit", resources.PidsLimit);
            json.WriteEndObject();
        }

        if (resources.HugepageLimits.Count > 0)
        {
            json.WriteStartArray("hugepageLimits");
            foreach (var (size, limit) in resources.HugepageLimits)
            {
                json.WriteStartObject();
                json.WriteString("pageSize", size);
                json.WriteNumber("limit", limit);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Text(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }
}
