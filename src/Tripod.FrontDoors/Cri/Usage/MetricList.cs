using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;

namespace Tripod.FrontDoors.Cri.Usage;

/// <summary>The metrics that a kubelet shows as cAdvisor's (KEP-2371): what each is called, and what it is now.</summary>
internal sealed class MetricList(CriParts parts)
{
    private static readonly (string Name, string Help, MetricType Type, Func<CgroupUsage, long> Read)[] OfContainers =
    [
        ("container_cpu_usage_seconds_total", "CPU time used, in seconds", MetricType.Counter, usage => usage.CpuTotal / 1_000_000_000),
        ("container_cpu_user_seconds_total", "CPU time used by the program itself, in seconds", MetricType.Counter, usage => usage.CpuUser / 1_000_000_000),
        ("container_cpu_system_seconds_total", "CPU time used by the kernel for it, in seconds", MetricType.Counter, usage => usage.CpuSystem / 1_000_000_000),
        ("container_cpu_cfs_periods_total", "Scheduling periods that have passed under a limit", MetricType.Counter, usage => usage.Periods),
        ("container_cpu_cfs_throttled_periods_total", "Scheduling periods in which the limit held it back", MetricType.Counter, usage => usage.ThrottledPeriods),
        ("container_memory_usage_bytes", "Memory used, with all caches", MetricType.Gauge, usage => usage.Memory),
        ("container_memory_working_set_bytes", "Memory used, without what the kernel may drop at once", MetricType.Gauge, usage => usage.WorkingSet),
        ("container_spec_memory_limit_bytes", "The limit of its memory; 0 for none", MetricType.Gauge, usage => usage.MemoryLimit),
        ("container_processes", "Processes that run", MetricType.Gauge, usage => usage.Processes),
        ("container_fs_reads_bytes_total", "Bytes read from block devices", MetricType.Counter, usage => usage.ReadBytes),
        ("container_fs_writes_bytes_total", "Bytes written to block devices", MetricType.Counter, usage => usage.WrittenBytes),
    ];

    private static readonly (string Name, string Help, Func<InterfaceCounters, long> Read)[] OfNetworks =
    [
        ("container_network_receive_bytes_total", "Bytes received", counters => counters.Received),
        ("container_network_receive_errors_total", "Errors in receiving", counters => counters.ReceiveErrors),
        ("container_network_transmit_bytes_total", "Bytes sent", counters => counters.Sent),
        ("container_network_transmit_errors_total", "Errors in sending", counters => counters.SendErrors),
    ];

    public static IReadOnlyList<MetricDescriptor> Descriptors() =>
    [
        .. OfContainers.Select(metric => new MetricDescriptor { Name = metric.Name, Help = metric.Help, LabelKeys = { "id", "name" } }),
        .. OfNetworks.Select(metric => new MetricDescriptor { Name = metric.Name, Help = metric.Help, LabelKeys = { "id", "interface" } }),
    ];

    public IReadOnlyList<PodSandboxMetrics> Now() => [.. parts.Lookup.Sandboxes().Select(Of)];

    private PodSandboxMetrics Of(SandboxStatus sandbox)
    {
        var metrics = new PodSandboxMetrics { PodSandboxId = sandbox.Id };
        foreach (var counters in sandbox.Pid > 0 && !sandbox.Config.HostNetwork ? InterfaceCounters.Of(sandbox.Pid) : [])
        {
            metrics.Metrics.AddRange(OfNetworks.Select(metric => Metric(metric.Name, MetricType.Counter, metric.Read(counters), sandbox.Id, counters.Name)));
        }

        foreach (var container in parts.Runtime.ListContainers().Where(container => container.SandboxId == sandbox.Id))
        {
            if (parts.Runtime.ContainerUsage(container.Id) is { } usage)
            {
                metrics.ContainerMetrics.Add(new ContainerMetrics
                {
                    ContainerId = container.Id,
                    Metrics = { OfContainers.Select(metric => Metric(metric.Name, metric.Type, metric.Read(usage), container.Id, container.Config.Name)) },
                });
            }
        }

        return metrics;
    }

    private static Metric Metric(string name, MetricType type, long value, params string[] labels) =>
        new() { Name = name, MetricType = type, Value = new() { Value = (ulong)Math.Max(0, value) }, LabelValues = { labels } };
}
