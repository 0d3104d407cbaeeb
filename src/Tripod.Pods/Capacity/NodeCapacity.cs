using System.Globalization;

namespace Tripod.Pods.Capacity;

/// <summary>What this machine has for pods, by resource.</summary>
internal static class NodeCapacity
{
    public const int MostPods = 110;

    private const string HugePages = "/sys/kernel/mm/hugepages";

    /// <summary>Kept back so that the machine itself stays well: the thresholds below which pods are evicted.</summary>
    public const long MemoryKept = 100 << 20;

    private const decimal DiskShare = 0.9m;

    /// <summary>Cores, bytes, and counts.</summary>
    public static Dictionary<string, decimal> Total(string root)
    {
        var amounts = new Dictionary<string, decimal>(StringComparer.Ordinal)
        {
            ["cpu"] = Environment.ProcessorCount,
            ["memory"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ["ephemeral-storage"] = new DriveInfo(root).TotalSize,
            ["pods"] = MostPods,
            ["hugepages-2Mi"] = 0,
        };
        foreach (var (name, bytes) in Pages())
        {
            amounts[name] = bytes;
        }

        return amounts;
    }

    public static Dictionary<string, decimal> Allocatable(string root)
    {
        var amounts = Total(root);
        amounts["memory"] -= MemoryKept + amounts.Where(amount => amount.Key.StartsWith("hugepages-", StringComparison.Ordinal)).Sum(amount => amount.Value);
        amounts["ephemeral-storage"] *= DiskShare;
        return amounts;
    }

    /// <summary>As the API writes it.</summary>
    public static string Text(string name, decimal amount) => name switch
    {
        "memory" => string.Create(CultureInfo.InvariantCulture, $"{(long)(amount / 1024)}Ki"),
        "ephemeral-storage" => string.Create(CultureInfo.InvariantCulture, $"{(long)(amount / 1024)}Ki"),
        _ when name.StartsWith("hugepages-", StringComparison.Ordinal) && amount > 0 => string.Create(CultureInfo.InvariantCulture, $"{(long)(amount / (1 << 20))}Mi"),
        _ => ((long)amount).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The kernel's folders are named <c>hugepages-2048kB</c>.</summary>
    private static IEnumerable<(string Name, decimal Bytes)> Pages()
    {
        foreach (var folder in Directory.Exists(HugePages) ? Directory.GetDirectories(HugePages) : [])
        {
            if (long.TryParse(Path.GetFileName(folder).Replace("hugepages-", "", StringComparison.Ordinal).Replace("kB", "", StringComparison.Ordinal), out var kilobytes)
                && long.TryParse(File.ReadAllText(Path.Combine(folder, "nr_hugepages")).Trim(), out var count))
            {
                yield return ($"hugepages-{(kilobytes >= 1 << 20 ? $"{kilobytes >> 20}Gi" : $"{kilobytes >> 10}Mi")}", count * kilobytes * 1024m);
            }
        }
    }
}
