using System.Globalization;

namespace Tripod.Runtime.Cgroups;

/// <summary>What a cgroup has used: CPU times in nanoseconds, memory in bytes (cgroups(7); the kernel's cgroup-v1 and cgroup-v2 documents).</summary>
public sealed record CgroupUsage
{
    /// <summary>cgroup v1 says "no limit" by the largest number of whole pages.</summary>
    internal const long NoLimit = 1L << 60;

    public long CpuTotal { get; init; }
    public long CpuUser { get; init; }
    public long CpuSystem { get; init; }
    public long ThrottledPeriods { get; init; }
    public long Periods { get; init; }
    public long ThrottledTime { get; init; }
    public long Memory { get; init; }

    /// <summary>0 where there is none.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>The most that it ever was.</summary>
    public long MemoryPeak { get; init; }

    /// <summary>How often its limit was hit.</summary>
    public long MemoryFailures { get; init; }
    public long KernelMemory { get; init; }
    public long Swap { get; init; }

    /// <summary>Processes that were killed for want of memory.</summary>
    public long OomKills { get; init; }

    /// <summary>Threads count, as each is a task of the kernel's.</summary>
    public long Processes { get; init; }

    /// <summary>0 where there is no limit.</summary>
    public long ProcessesLimit { get; init; }
    public long ReadBytes { get; init; }
    public long WrittenBytes { get; init; }

    /// <summary>Of cgroup v2 alone.</summary>
    public Pressure? CpuPressure { get; init; }
    public Pressure? MemoryPressure { get; init; }
    public Pressure? IoPressure { get; init; }
    public IReadOnlyDictionary<string, long> MemoryParts { get; init; } = new Dictionary<string, long>();

    /// <summary>Without the file cache that the kernel may drop at once; as <c>kubectl top</c> and <c>docker stats</c> count.</summary>
    public long WorkingSet => Math.Max(0, Memory - (MemoryParts.TryGetValue("total_inactive_file", out var v1) ? v1 : MemoryParts.GetValueOrDefault("inactive_file")));

    internal static CgroupUsage Read(IReadOnlyList<string> directories, bool unified) => unified ? Unified(directories[0]) : Legacy(directories);

    private static CgroupUsage Unified(string directory)
    {
        var cpu = Pairs(Path.Combine(directory, "cpu.stat"));
        var io = DeviceUsage.Unified(Text(Path.Combine(directory, "io.stat")));
        return new()
        {
            CpuTotal = cpu.GetValueOrDefault("usage_usec") * 1000,
            CpuUser = cpu.GetValueOrDefault("user_usec") * 1000,
            CpuSystem = cpu.GetValueOrDefault("system_usec") * 1000,
            Periods = cpu.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = cpu.GetValueOrDefault("nr_throttled"),
            ThrottledTime = cpu.GetValueOrDefault("throttled_usec") * 1000,
            Memory = Number(Path.Combine(directory, "memory.current")),
            MemoryLimit = Number(Path.Combine(directory, "memory.max")),
            MemoryParts = Pairs(Path.Combine(directory, "memory.stat")),
            CpuPressure = Pressure.Parse(Text(Path.Combine(directory, "cpu.pressure"))),
            MemoryPressure = Pressure.Parse(Text(Path.Combine(directory, "memory.pressure"))),
            IoPressure = Pressure.Parse(Text(Path.Combine(directory, "io.pressure"))),
            MemoryPeak = Number(Path.Combine(directory, "memory.peak")),
            MemoryFailures = Pairs(Path.Combine(directory, "memory.events")).GetValueOrDefault("max"),
            KernelMemory = Pairs(Path.Combine(directory, "memory.stat")).GetValueOrDefault("kernel"),
            Swap = Number(Path.Combine(directory, "memory.swap.current")),
            OomKills = Pairs(Path.Combine(directory, "memory.events")).GetValueOrDefault("oom_kill"),
            ProcessesLimit = Number(Path.Combine(directory, "pids.max")),
            Processes = Number(Path.Combine(directory, "pids.current")),
            ReadBytes = io.Sum(device => device.ReadBytes),
            WrittenBytes = io.Sum(device => device.WrittenBytes),
        };
    }

    private static CgroupUsage Legacy(IReadOnlyList<string> directories)
    {
        string In(string file) => directories.Select(directory => Path.Combine(directory, file)).FirstOrDefault(File.Exists) ?? "";
        var limit = Number(In("memory.limit_in_bytes"));
        var throttled = Pairs(In("cpu.stat"));
        var io = DeviceUsage.Legacy("", Text(In("blkio.throttle.io_service_bytes")));
        return new()
        {
            CpuTotal = Number(In("cpuacct.usage")),
            CpuUser = Number(In("cpuacct.usage_user")),
            CpuSystem = Number(In("cpuacct.usage_sys")),
            Periods = throttled.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttled.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttled.GetValueOrDefault("throttled_time"),
            Memory = Number(In("memory.usage_in_bytes")),
            MemoryLimit = limit < NoLimit ? limit : 0,
            MemoryParts = Pairs(In("memory.stat")),
            MemoryPeak = Number(In("memory.max_usage_in_bytes")),
            MemoryFailures = Number(In("memory.failcnt")),
            KernelMemory = Number(In("memory.kmem.usage_in_bytes")),
            Swap = Pairs(In("memory.stat")).GetValueOrDefault("total_swap"),
            OomKills = Pairs(In("memory.oom_control")).GetValueOrDefault("oom_kill"),
            ProcessesLimit = Number(In("pids.max")),
            Processes = Number(In("pids.current")),
            ReadBytes = io.Sum(device => device.ReadBytes),
            WrittenBytes = io.Sum(device => device.WrittenBytes),
        };
    }

    private static Dictionary<string, long> Pairs(string file)
    {
        var pairs = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in Text(file).Split('\n').Select(line => line.Split(' ')).Where(line => line.Length == 2))
        {
            pairs[line[0]] = Parse(line[1]);
        }

        return pairs;
    }

    internal static long Number(string file) => Parse(Text(file).Trim());

    internal static long Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    internal static string Text(string file)
    {
        try
        {
            return file.Length > 0 ? File.ReadAllText(file) : "";
        }
        catch (IOException)
        {
            return ""; // Removed meanwhile.
        }
    }
}
