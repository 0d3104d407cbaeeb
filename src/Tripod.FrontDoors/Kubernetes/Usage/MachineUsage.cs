
namespace Tripod.FrontDoors.Kubernetes.Usage;

/// <summary>Reads what the whole machine uses (proc(5): stat, meminfo, vmstat).</summary>
internal static class MachineUsage
{
    /// <summary>The kernel counts CPU time for its users in hundredths of a second, whatever its own clock.</summary>
    private const long NanosecondsPerTick = 10_000_000;

    public static UsageSample Read(DateTimeOffset now)
    {
        // user nice system idle iowait irq softirq steal: all but idle and iowait is work.
        var ticks = Fields(CgroupUsage.Lines("/proc/stat").FirstOrDefault() ?? "").Skip(1).Take(8).Select(Number).ToList();
        var busy = ticks.Count == 8 ? ticks.Sum() - ticks[3] - ticks[4] : 0;
        var memory = Memory();
        var (total, free) = (memory.GetValueOrDefault("MemTotal"), memory.GetValueOrDefault("MemFree"));
        var faults = CgroupUsage.Lines("/proc/vmstat").Select(Fields).Where(pair => pair is ["pgfault" or "pgmajfault", _]).ToDictionary(pair => pair[0], pair => Number(pair[1]), StringComparer.Ordinal);
        return new(now, busy * NanosecondsPerTick, total - free, total - memory.GetValueOrDefault("MemAvailable"), memory.GetValueOrDefault("AnonPages"),
            faults.GetValueOrDefault("pgfault"), faults.GetValueOrDefault("pgmajfault"));
    }

    public static long AvailableBytes() => Memory().GetValueOrDefault("MemAvailable");

    /// <summary>Bytes and errors of each interface but the loopback, as the network namespace of a process shows them.</summary>
    public static IReadOnlyList<(string Name, long Received, long ReceiveErrors, long Sent, long SendErrors)> Interfaces(int pid) =>
        [.. Runtime.Network.InterfaceCounters.Of(pid).Select(found => (found.Name, found.Received, found.ReceiveErrors, found.Sent, found.SendErrors))];

    private static Dictionary<string, long> Memory() => CgroupUsage.Lines("/proc/meminfo")
        .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
        .ToDictionary(pair => pair[0], pair => Number(Fields(pair[1]).FirstOrDefault() ?? "") * 1024, StringComparer.Ordinal);

    private static string[] Fields(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static long Number(string text) => long.TryParse(text, out var number) ? number : 0;
}
