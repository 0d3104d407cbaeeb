using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Usage;

namespace Tripod.FrontDoors.Kubernetes.Kubelet;

/// <summary>A kubelet's <c>/stats/summary</c>: what node, pods and containers use, in one document.</summary>
internal static class StatsSummary
{
    public static JsonObject Of(UsageReport report, string node, DateTimeOffset bootedAt, string stateDirectory)
    {
        var disk = new DriveInfo(stateDirectory);
        return new()
        {
            ["node"] = new JsonObject
            {
                ["nodeName"] = node,
                ["startTime"] = Timestamps.Of(bootedAt),
                ["cpu"] = Cpu(report.Machine, report.MachineNanoCores),
                ["memory"] = Memory(report.Machine, MachineUsage.AvailableBytes()),
                ["network"] = Network(Environment.ProcessId, report.Time),
                ["fs"] = FileSystem(disk, report.Time),
                ["runtime"] = new JsonObject { ["imageFs"] = FileSystem(disk, report.Time), ["containerFs"] = FileSystem(disk, report.Time) },
            },
            ["pods"] = Json.Array(report.Pods.Select(pod => Pod(pod, report.Time, disk))),
        };
    }

    private static JsonObject Pod(PodUsage pod, DateTimeOffset now, DriveInfo disk)
    {
        var total = pod.Total(now);
        return new()
        {
            ["podRef"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace, ["uid"] = pod.Uid },
            ["startTime"] = Timestamps.Of(pod.StartedAt),
            ["containers"] = Json.Array(pod.Containers.Select(container => new JsonObject
            {
                ["name"] = container.Name,
                ["startTime"] = Timestamps.Of(container.StartedAt ?? now),
                ["cpu"] = Cpu(container.Sample, container.NanoCores),
                ["memory"] = Memory(container.Sample, null),
                ["rootfs"] = FileSystem(disk, now),
                ["logs"] = FileSystem(disk, now),
            })),
            ["cpu"] = Cpu(total, pod.Containers.Sum(container => container.NanoCores)),
            ["memory"] = Memory(total, null),
            ["network"] = Network(pod.Pid, now),
            ["ephemeral-storage"] = FileSystem(disk, now),
        };
    }

    private static JsonObject Cpu(UsageSample sample, long nanoCores) =>
        new() { ["time"] = Timestamps.Of(sample.Time), ["usageNanoCores"] = nanoCores, ["usageCoreNanoSeconds"] = sample.CpuNanoseconds };

    private static JsonObject Memory(UsageSample sample, long? available)
    {
        var memory = new JsonObject { ["time"] = Timestamps.Of(sample.Time) };
        if (available is not null)
        {
            memory["availableBytes"] = available;
        }

        memory["usageBytes"] = sample.MemoryBytes;
        memory["workingSetBytes"] = sample.WorkingSetBytes;
        memory["rssBytes"] = sample.RssBytes;
        memory["pageFaults"] = sample.PageFaults;
        memory["majorPageFaults"] = sample.MajorPageFaults;
        return memory;
    }

    private static JsonObject Network(int pid, DateTimeOffset now)
    {
        var interfaces = MachineUsage.Interfaces(pid).Select(found => new JsonObject
        {
            ["name"] = found.Name,
            ["rxBytes"] = found.Received,
            ["rxErrors"] = found.ReceiveErrors,
            ["txBytes"] = found.Sent,
            ["txErrors"] = found.SendErrors,
        }).ToList();
        var network = new JsonObject { ["time"] = Timestamps.Of(now) };

        // The main one stands for the whole.
        foreach (var (name, value) in interfaces.FirstOrDefault(found => (string?)found["name"] is "eth0") ?? interfaces.FirstOrDefault() ?? [])
        {
            network[name] = value?.DeepClone();
        }

        network["interfaces"] = Json.Array(interfaces);
        return network;
    }

    private static JsonObject FileSystem(DriveInfo disk, DateTimeOffset now) => new()
    {
        ["time"] = Timestamps.Of(now),
        ["availableBytes"] = disk.AvailableFreeSpace,
        ["capacityBytes"] = disk.TotalSize,
        ["usedBytes"] = disk.TotalSize - disk.TotalFreeSpace,
    };
}
