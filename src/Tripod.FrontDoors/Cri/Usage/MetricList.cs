using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;

namespace Tripod.FrontDoors.Cri.Usage;

/// <summary>The metrics that a kubelet shows as cAdvisor's (KEP-2371), of each sandbox and its containers.</summary>
internal sealed class MetricList(CriParts parts)
{
    private static readonly (string Name, string Help, Func<InterfaceCounters, long> Read)[] OfNetworks =
    [
        ("container_network_receive_bytes_total", "Bytes received", counters => counters.Received),
        ("container_network_receive_errors_total", "Errors in receiving", counters => counters.ReceiveErrors),
        ("container_network_receive_packets_total", "Packets received", counters => counters.PacketsReceived),
        ("container_network_receive_packets_dropped_total", "Packets that were dropped in receiving", counters => counters.ReceiveDropped),
        ("container_network_transmit_bytes_total", "Bytes sent", counters => counters.Sent),
        ("container_network_transmit_errors_total", "Errors in sending", counters => counters.SendErrors),
        ("container_network_transmit_packets_total", "Packets sent", counters => counters.PacketsSent),
        ("container_network_transmit_packets_dropped_total", "Packets that were dropped in sending", counters => counters.SendDropped),
    ];

    public static IReadOnlyList<MetricDescriptor> Descriptors() =>
    [
        .. ContainerMetricTable.All.Select(metric => new MetricDescriptor { Name = metric.Name, Help = metric.Help, LabelKeys = { metric.Labels } }),
        .. OfNetworks.Select(metric => new MetricDescriptor { Name = metric.Name, Help = metric.Help, LabelKeys = { "id", "interface" } }),
    ];

    public IReadOnlyList<PodSandboxMetrics> Now() => [.. parts.Lookup.Sandboxes().Select(Of)];

    private PodSandboxMetrics Of(SandboxStatus sandbox)
    {
        var metrics = new PodSandboxMetrics { PodSandboxId = sandbox.Id };
        foreach (var counters in sandbox.Pid > 0 && !sandbox.Config.HostNetwork ? InterfaceCounters.Of(sandbox.Pid) : [])
        {
            metrics.Metrics.AddRange(OfNetworks.Select(metric => Metric(metric.Name, MetricType.Counter, metric.Read(counters), [sandbox.Id, counters.Name])));
        }

        foreach (var container in parts.Runtime.ListContainers().Where(container => container.SandboxId == sandbox.Id))
        {
            if (parts.Runtime.ContainerUsage(container.Id) is { } usage)
            {
                var measured = new MeasuredContainer(container, usage, parts);
                metrics.ContainerMetrics.Add(new ContainerMetrics
                {
                    ContainerId = container.Id,
                    Metrics = { ContainerMetricTable.All.SelectMany(metric => metric.Read(measured).Select(value => Metric(metric.Name, metric.Type, value.Value, [container.Id, container.Config.Name, .. value.More]))) },
                });
            }
        }

        return metrics;
    }

    private static Metric Metric(string name, MetricType type, long value, IEnumerable<string> labels) =>
        new() { Name = name, MetricType = type, Value = new() { Value = (ulong)Math.Max(0, value) }, LabelValues = { labels } };
}
