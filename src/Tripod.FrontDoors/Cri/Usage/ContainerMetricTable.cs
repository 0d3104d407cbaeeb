using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Cgroups;
using Pressure = Tripod.Runtime.Cgroups.Pressure;

namespace Tripod.FrontDoors.Cri.Usage;

/// <summary>One metric of a container.</summary>
/// <param name="Labels">Id and name, and what tells several values apart.</param>
/// <param name="Read">The values now, each with its further labels.</param>
internal sealed record ContainerMetric(string Name, string Help, MetricType Type, string[] Labels, Func<MeasuredContainer, IEnumerable<(long Value, string[] More)>> Read);

/// <summary>What is told of a container, under cAdvisor's names. Times are whole seconds, sizes bytes.</summary>
internal static class ContainerMetricTable
{
    private const ulong MicrosPerSecond = 1_000_000;

    private static readonly string[] Base = ["id", "name"];

    public static IReadOnlyList<ContainerMetric> All { get; } =
    [
        Counter("container_cpu_usage_seconds_total", "CPU time used", container => container.Usage.CpuTotal / 1_000_000_000),
        Counter("container_cpu_user_seconds_total", "CPU time used by the programs themselves", container => container.Usage.CpuUser / 1_000_000_000),
        Counter("container_cpu_system_seconds_total", "CPU time used by the kernel for them", container => container.Usage.CpuSystem / 1_000_000_000),
        Counter("container_cpu_cfs_periods_total", "Scheduling periods that have passed under a limit", container => container.Usage.Periods),
        Counter("container_cpu_cfs_throttled_periods_total", "Scheduling periods in which the limit held them back", container => container.Usage.ThrottledPeriods),
        Counter("container_cpu_cfs_throttled_seconds_total", "Time for which the limit held them back", container => container.Usage.ThrottledTime / 1_000_000_000),
        new(
            "container_blkio_device_usage_total", "Bytes read from and written to each block device", MetricType.Counter, [.. Base, "device", "major", "minor", "operation"],
            container => container.Detail.Devices.SelectMany(device => new (long, string[])[]
            {
                (device.ReadBytes, [MeasuredContainer.DeviceName(device), device.Major, device.Minor, "Read"]),
                (device.WrittenBytes, [MeasuredContainer.DeviceName(device), device.Major, device.Minor, "Write"]),
            })),
        Gauge("container_file_descriptors", "Open file descriptors", container => container.FileDescriptors),
        Gauge("container_fs_inodes_free", "Free inodes of the file system that it writes to", container => container.Disk.FreeInodes),
        Gauge("container_fs_inodes_total", "Inodes of the file system that it writes to", container => container.Disk.Inodes),
        Gauge("container_fs_limit_bytes", "Size of the file system that it writes to", container => container.Disk.Bytes),
        Gauge("container_fs_usage_bytes", "What it has written to its own file system", container => container.Written),
        Counter("container_fs_reads_bytes_total", "Bytes read from block devices", container => container.Usage.ReadBytes),
        Counter("container_fs_writes_bytes_total", "Bytes written to block devices", container => container.Usage.WrittenBytes),
        Counter("container_fs_reads_total", "Reads from block devices", container => container.Detail.Devices.Sum(device => device.Reads)),
        Counter("container_fs_writes_total", "Writes to block devices", container => container.Detail.Devices.Sum(device => device.Writes)),
        new(
            "container_hugetlb_usage_bytes", "Huge pages used, by their size", MetricType.Gauge, [.. Base, "pagesize"],
            container => container.Detail.HugePages.Select(pages => (pages.Bytes, (string[])[pages.Size]))),
        new(
            "container_hugetlb_max_usage_bytes", "The most huge pages ever used, by their size", MetricType.Gauge, [.. Base, "pagesize"],
            container => container.Detail.HugePages.Select(pages => (pages.Peak, (string[])[pages.Size]))),
        Gauge("container_last_seen", "When it was last looked at", container => container.Now),
        Gauge("container_memory_cache", "Memory that caches files", container => container.Memory("total_cache", "file")),
        Counter("container_memory_failcnt", "How often the limit of its memory was hit", container => container.Usage.MemoryFailures),
        new(
            "container_memory_failures_total", "Page faults", MetricType.Counter, [.. Base, "failure_type", "scope"],
            container => [(container.Memory("total_pgfault", "pgfault"), ["pgfault", "container"]), (container.Memory("total_pgmajfault", "pgmajfault"), ["pgmajfault", "container"])]),
        Gauge("container_memory_kernel_usage", "Memory that the kernel uses for it", container => container.Usage.KernelMemory),
        Gauge("container_memory_mapped_file", "Memory of files that are mapped", container => container.Memory("total_mapped_file", "file_mapped")),
        Gauge("container_memory_max_usage_bytes", "The most memory that it ever used", container => container.Usage.MemoryPeak),
        Gauge("container_memory_rss", "Anonymous memory", container => container.Memory("total_rss", "anon")),
        Gauge("container_memory_swap", "Memory that is swapped out", container => container.Usage.Swap),
        Gauge("container_memory_usage_bytes", "Memory used, with all caches", container => container.Usage.Memory),
        Gauge("container_memory_working_set_bytes", "Memory used, without what the kernel may drop at once", container => container.Usage.WorkingSet),
        Counter("container_oom_events_total", "Processes that were killed for want of memory", container => container.Usage.OomKills),
        .. Pressure("cpu", "CPU time", container => container.Usage.CpuPressure),
        .. Pressure("io", "I/O", container => container.Usage.IoPressure),
        .. Pressure("memory", "memory", container => container.Usage.MemoryPressure),
        Gauge("container_processes", "Processes that run", container => container.Processes.Count),
        Gauge("container_sockets", "Open sockets", container => container.Sockets),
        Gauge("container_spec_cpu_period", "The period of its CPU limit, in microseconds", container => container.Status.Config.Resources.CpuPeriod),
        Gauge("container_spec_cpu_quota", "CPU time in each period, in microseconds", container => container.Status.Config.Resources.CpuQuota),
        Gauge("container_spec_cpu_shares", "Its share of the CPU beside others", container => container.Status.Config.Resources.CpuShares),
        Gauge("container_spec_memory_limit_bytes", "The limit of its memory; 0 for none", container => container.Usage.MemoryLimit),
        Gauge("container_spec_memory_reservation_limit_bytes", "Memory that is kept for it under pressure; 0 for none", container => container.Detail.MemoryReservation),
        Gauge("container_spec_memory_swap_limit_bytes", "The limit of memory and swap together; 0 for none", container => container.Status.Config.Resources.MemorySwapLimit),
        Gauge("container_start_time_seconds", "When it started", container => container.Status.StartedAt?.ToUnixTimeSeconds() ?? 0),
        Gauge("container_threads", "Threads that run", container => container.Usage.Processes),
        Gauge("container_threads_max", "How many there may be; 0 for no limit", container => container.Usage.ProcessesLimit),
        new("container_ulimits_soft", "The soft limit of its first process", MetricType.Gauge, [.. Base, "ulimit"], container => [(container.OpenFilesLimit, ["max_open_files"])]),
    ];

    /// <summary>0 where the kernel keeps no account: on cgroup v1, or without PSI.</summary>
    private static IEnumerable<ContainerMetric> Pressure(string name, string what, Func<MeasuredContainer, Pressure?> read) =>
    [
        Counter($"container_pressure_{name}_waiting_seconds_total", $"Time in which some of its tasks waited for {what}", container => Seconds(read(container)?.Some)),
        Counter($"container_pressure_{name}_stalled_seconds_total", $"Time in which all of its tasks waited for {what}", container => Seconds(read(container)?.Full)),
    ];

    private static long Seconds(PressureLine? line) => (long)((line?.Total ?? 0) / MicrosPerSecond);

    private static ContainerMetric Counter(string name, string help, Func<MeasuredContainer, long> read) => new(name, help, MetricType.Counter, Base, container => [(read(container), [])]);

    private static ContainerMetric Gauge(string name, string help, Func<MeasuredContainer, long> read) => new(name, help, MetricType.Gauge, Base, container => [(read(container), [])]);
}
