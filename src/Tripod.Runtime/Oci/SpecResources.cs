using System.Text;
using System.Text.Json;
using Tripod.Linux;
using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Oci;

/// <summary>The <c>linux.resources</c> part of a config (OCI runtime-spec, "Control groups"): limits, and which devices may be opened.</summary>
internal static class SpecResources
{
    public static void Write(Utf8JsonWriter json, ContainerSpec spec, IReadOnlyList<(string Permissions, DeviceNode Node)> devices)
    {
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

        foreach (var rule in spec.Resources.DeviceRules)
        {
            json.WriteStartObject();
            json.WriteBoolean("allow", true);
            json.WriteString("type", rule.Type);
            Number(json, "major", rule.Major);
            Number(json, "minor", rule.Minor);
            json.WriteString("access", rule.Access);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteLimits(json, spec.Resources);
        json.WriteEndObject();
    }

    /// <summary>The limits alone, as an update takes them: what is not named stays as it is.</summary>
    public static string Document(LinuxResources resources)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteLimits(json, resources);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteLimits(Utf8JsonWriter json, LinuxResources resources)
    {
        json.WriteStartObject("memory");
        Number(json, "limit", Given(resources.MemoryLimit));
        Number(json, "swap", Given(resources.MemorySwapLimit));
        Number(json, "reservation", Given(resources.MemoryReservation));
        Number(json, "swappiness", resources.MemorySwappiness);
        if (resources.OomKillDisable)
        {
            json.WriteBoolean("disableOOMKiller", true);
        }

        json.WriteEndObject();
        json.WriteStartObject("cpu");
        Number(json, "shares", Given(resources.CpuShares));
        Number(json, "quota", Given(resources.CpuQuota));
        Number(json, "period", Given(resources.CpuPeriod));
        Number(json, "realtimePeriod", Given(resources.CpuRealtimePeriod));
        Number(json, "realtimeRuntime", Given(resources.CpuRealtimeRuntime));
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

        if (resources.Unified.Count > 0)
        {
            json.WriteStartObject("unified");
            foreach (var (file, value) in resources.Unified)
            {
                json.WriteString(file, value);
            }

            json.WriteEndObject();
        }

        if (resources.BlockIo is { } limits)
        {
            WriteBlockIo(json, limits);
        }
    }

    private static void WriteBlockIo(Utf8JsonWriter json, BlockIoLimits limits)
    {
        json.WriteStartObject("blockIO");
        Number(json, "weight", Given(limits.Weight));
        Devices(json, "weightDevice", "weight", limits.WeightDevices);
        Devices(json, "throttleReadBpsDevice", "rate", limits.ReadBytes);
        Devices(json, "throttleWriteBpsDevice", "rate", limits.WriteBytes);
        Devices(json, "throttleReadIOPSDevice", "rate", limits.ReadOperations);
        Devices(json, "throttleWriteIOPSDevice", "rate", limits.WriteOperations);
        json.WriteEndObject();
    }

    private static void Devices(Utf8JsonWriter json, string name, string amountName, IReadOnlyList<DeviceAmount> devices)
    {
        if (devices.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var device in devices)
        {
            var node = DeviceNode.Of(device.Path);
            json.WriteStartObject();
            json.WriteNumber("major", node.Major);
            json.WriteNumber("minor", node.Minor);
            json.WriteNumber(amountName, device.Amount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static long? Given(long value) => value != 0 ? value : null;

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } given)
        {
            json.WriteNumber(name, given);
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
