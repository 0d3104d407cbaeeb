using Tripod.FrontDoors.Kubernetes.Usage;

namespace Tripod.FrontDoors.Kubernetes.Metrics;

/// <summary>What a kubelet shows to Prometheus, by the paths under which scrapers ask for it.</summary>
internal static class KubeletMetrics
{
    private const string Counter = "counter", Gauge = "gauge";

    /// <summary><c>/metrics/resource</c>: what metrics-server reads.</summary>
    public static string Resource(UsageReport report)
    {
        var text = new PrometheusText();
        text.Metric("container_cpu_usage_seconds_total", Counter, "Cumulative cpu time consumed by the container in core-seconds");
        Each(report, (pod, container) => text.Value("container_cpu_usage_seconds_total", Seconds(container.Sample), Labels(pod, container)));
        text.Metric("container_memory_working_set_bytes", Gauge, "Current working set of the container in bytes");
        Each(report, (pod, container) => text.Value("container_memory_working_set_bytes", container.Sample.WorkingSetBytes, Labels(pod, container)));
        text.Metric("container_start_time_seconds", Gauge, "Start time of the container since unix epoch in seconds");
        Each(report, (pod, container) => text.Value("container_start_time_seconds", Since1970(container.StartedAt ?? report.Time), Labels(pod, container)));
        text.Metric("node_cpu_usage_seconds_total", Counter, "Cumulative cpu time consumed by the node in core-seconds").Value("node_cpu_usage_seconds_total", Seconds(report.Machine));
        text.Metric("node_memory_working_set_bytes", Gauge, "Current working set of the node in bytes").Value("node_memory_working_set_bytes", report.Machine.WorkingSetBytes);
        text.Metric("pod_cpu_usage_seconds_total", Counter, "Cumulative cpu time consumed by the pod in core-seconds");
        foreach (var pod in report.Pods)
        {
            text.Value("pod_cpu_usage_seconds_total", Seconds(pod.Total(report.Time)), ("namespace", pod.Namespace), ("pod", pod.Name));
        }

        text.Metric("pod_memory_working_set_bytes", Gauge, "Current working set of the pod in bytes");
        foreach (var pod in report.Pods)
        {
            text.Value("pod_memory_working_set_bytes", pod.Total(report.Time).WorkingSetBytes, ("namespace", pod.Namespace), ("pod", pod.Name));
        }

        text.Metric("resource_scrape_error", Gauge, "1 if there was an error while getting container metrics, 0 otherwise").Value("resource_scrape_error", 0);
        text.Metric("scrape_error", Gauge, "1 if there was an error while getting container metrics, 0 otherwise").Value("scrape_error", 0);
        return text.ToString();
    }

    /// <summary><c>/metrics/cadvisor</c>: the same and more, labelled as dashboards of containers expect.</summary>
    public static string Containers(UsageReport report)
    {
        var text = new PrometheusText();
        foreach (var (name, type, help, value) in ((string, string, string, Func<ContainerUsage, double>)[])
        [
            ("container_cpu_usage_seconds_total", Counter, "Cumulative cpu time consumed in seconds.", container => Seconds(container.Sample)),
            ("container_memory_usage_bytes", Gauge, "Current memory usage in bytes, including all memory regardless of when it was accessed", container => container.Sample.MemoryBytes),
            ("container_memory_working_set_bytes", Gauge, "Current working set in bytes.", container => container.Sample.WorkingSetBytes),
            ("container_memory_rss", Gauge, "Size of RSS in bytes.", container => container.Sample.RssBytes),
            ("container_start_time_seconds", Gauge, "Start time of the container since unix epoch in seconds.", container => Since1970(container.StartedAt ?? report.Time)),
        ])
        {
            text.Metric(name, type, help);
            Each(report, (pod, container) => text.Value(name, value(container),
                ("container", container.Name), ("id", $"/{container.Id}"), ("image", container.Image), ("name", container.Id), ("namespace", pod.Namespace), ("pod", pod.Name)));
        }

        foreach (var (name, help, value) in ((string, string, Func<(string Name, long Received, long ReceiveErrors, long Sent, long SendErrors), double>)[])
        [
            ("container_network_receive_bytes_total", "Cumulative count of bytes received", one => one.Received),
            ("container_network_receive_errors_total", "Cumulative count of errors encountered while receiving", one => one.ReceiveErrors),
            ("container_network_transmit_bytes_total", "Cumulative count of bytes transmitted", one => one.Sent),
            ("container_network_transmit_errors_total", "Cumulative count of errors encountered while transmitting", one => one.SendErrors),
        ])
        {
            text.Metric(name, Counter, help);
            foreach (var pod in report.Pods)
            {
                foreach (var found in MachineUsage.Interfaces(pod.Pid))
                {
                    text.Value(name, value(found), ("interface", found.Name), ("namespace", pod.Namespace), ("pod", pod.Name));
                }
            }
        }

        text.Metric("machine_cpu_cores", Gauge, "Number of logical CPU cores.").Value("machine_cpu_cores", Environment.ProcessorCount);
        text.Metric("machine_memory_bytes", Gauge, "Amount of memory installed on the machine.").Value("machine_memory_bytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        return text.ToString();
    }

    /// <summary><c>/metrics</c>.</summary>
    public static string Own(UsageReport report, string node, IReadOnlyDictionary<string, int> containers)
    {
        var text = new PrometheusText();
        text.Metric("kubelet_node_name", Gauge, "The node's name. The count is always 1.").Value("kubelet_node_name", 1, ("node", node));
        text.Metric("kubelet_running_pods", Gauge, "Number of pods that have a running pod sandbox").Value("kubelet_running_pods", report.Pods.Count);
        text.Metric("kubelet_running_containers", Gauge, "Number of containers by state");
        foreach (var (state, count) in containers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Value("kubelet_running_containers", count, ("container_state", state));
        }

        return text.ToString();
    }

    private static void Each(UsageReport report, Action<PodUsage, ContainerUsage> write)
    {
        foreach (var pod in report.Pods)
        {
            foreach (var container in pod.Containers)
            {
                write(pod, container);
            }
        }
    }

    private static (string, string)[] Labels(PodUsage pod, ContainerUsage container) => [("container", container.Name), ("namespace", pod.Namespace), ("pod", pod.Name)];

    private static double Seconds(UsageSample sample) => sample.CpuNanoseconds / 1e9;

    private static double Since1970(DateTimeOffset time) => Math.Round(time.ToUnixTimeMilliseconds() / 1000.0, 3, MidpointRounding.ToEven);
}
