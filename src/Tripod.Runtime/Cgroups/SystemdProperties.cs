using System.Globalization;
using Tmds.DBus.Protocol;
using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Cgroups;

/// <summary>
/// Limits as systemd names them (systemd.resource-control(5), org.freedesktop.systemd1(5)). It writes what it knows of a unit's
/// cgroup anew whenever it is told to look again (<c>systemctl daemon-reload</c>): what it was not told is lost then. Pure.
/// </summary>
internal static class SystemdProperties
{
    private const long UsualPeriod = 100_000, Second = 1_000_000;

    /// <summary>systemd keeps a quota in whole percent.</summary>
    private const long Percent = 10_000;

    /// <param name="limits">0 asks for nothing; -1 of quota, memory or processes takes the limit away.</param>
    public static IReadOnlyList<(string Name, VariantValue Value)> Of(LinuxResources limits)
    {
        var found = new Dictionary<string, VariantValue>(StringComparer.Ordinal);
        Amount(found, "CPUWeight", limits.CpuShares > 0 ? CgroupLimits.Weight(limits.CpuShares) : 0);
        Quota(found, limits.CpuQuota, limits.CpuPeriod);
        Amount(found, "MemoryMax", limits.MemoryLimit);
        Amount(found, "MemoryLow", limits.MemoryReservation);
        // OCI counts memory and swap together, as v1 does; v2 swap alone.
        if (limits.MemorySwapLimit != 0)
        {
            found["MemorySwapMax"] = limits.MemorySwapLimit < 0 ? ulong.MaxValue : (ulong)Math.Max(0, limits.MemorySwapLimit - Math.Max(0, limits.MemoryLimit));
        }

        Amount(found, "TasksMax", limits.PidsLimit);
        Set(found, "AllowedCPUs", limits.CpusetCpus);
        Set(found, "AllowedMemoryNodes", limits.CpusetMems);
        foreach (var (file, text) in limits.Unified)
        {
            Unified(found, file, text.Trim());
        }

        return [.. found.Select(property => (property.Key, property.Value))];
    }

    /// <summary>Files that systemd writes as well; of the others it knows nothing, and leaves them alone.</summary>
    private static void Unified(Dictionary<string, VariantValue> found, string file, string text)
    {
        var name = file switch
        {
            "memory.max" => "MemoryMax",
            "memory.high" => "MemoryHigh",
            "memory.low" => "MemoryLow",
            "memory.min" => "MemoryMin",
            "memory.swap.max" => "MemorySwapMax",
            "pids.max" => "TasksMax",
            "cpu.weight" => "CPUWeight",
            "cpuset.cpus" => "AllowedCPUs",
            "cpuset.mems" => "AllowedMemoryNodes",
            _ => "",
        };
        if (name.StartsWith("Allowed", StringComparison.Ordinal))
        {
            Set(found, name, text);
        }
        else if (name.Length > 0 && (text == "max" || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            found[name] = text == "max" ? ulong.MaxValue : ulong.Parse(text, CultureInfo.InvariantCulture);
        }
        else if (file == "cpu.max" && text.Split(' ') is [var quota, .. var rest])
        {
            Quota(found, quota == "max" ? -1 : Parse(quota), rest is [var period] ? Parse(period) : 0);
        }
    }

    /// <param name="quota">Microseconds in each period; 0: nothing is asked for, -1: no limit.</param>
    /// <param name="period">Microseconds; 0: the usual one.</param>
    private static void Quota(Dictionary<string, VariantValue> found, long quota, long period)
    {
        if (quota != 0)
        {
            var length = period > 0 ? period : UsualPeriod;
            Amount(found, "CPUQuotaPerSecUSec", quota < 0 ? -1 : ((quota * Second / length) + Percent - 1) / Percent * Percent);
            Amount(found, "CPUQuotaPeriodUSec", length);
        }
    }

    private static long Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static void Amount(Dictionary<string, VariantValue> found, string name, long value)
    {
        if (value != 0)
        {
            found[name] = value < 0 ? ulong.MaxValue : (ulong)value;
        }
    }

    /// <summary><c>0-2,5</c> as a mask, a bit for each, the lowest in the first byte.</summary>
    private static void Set(Dictionary<string, VariantValue> found, string name, string list)
    {
        const int MostBits = 8192;
        var mask = new List<byte>();
        foreach (var range in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = range.Split('-');
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last >= MostBits)
            {
                return; // The kernel has refused it already.
            }

            for (var bit = first; bit <= last; bit++)
            {
                mask.AddRange(new byte[Math.Max(0, (bit / 8) + 1 - mask.Count)]);
                mask[bit / 8] |= (byte)(1 << (bit % 8));
            }
        }

        if (mask.Count > 0)
        {
            found[name] = VariantValue.Array(mask);
        }
    }
}
