using System.Collections.Concurrent;
using Tripod.FrontDoors.Cri.Containers;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.FrontDoors.Cri.Sandboxes;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;
using ContainerState = Tripod.Runtime.Containers.ContainerState;
using ContainerStatus = Tripod.Runtime.Containers.ContainerStatus;

namespace Tripod.FrontDoors.Cri.Usage;

/// <summary>What containers and sandboxes use, read from their cgroups when it is asked for.</summary>
internal sealed class UsageMessages(CriParts parts)
{
    private const long NanosPerSecond = 1_000_000_000;
    private const string DefaultInterface = "eth0";

    /// <summary>The last look at each container's CPU time, from which the rate follows.</summary>
    private readonly ConcurrentDictionary<string, (long At, long Cpu)> looks = new(StringComparer.Ordinal);

    public ContainerStats Of(ContainerStatus container)
    {
        var stats = new ContainerStats
        {
            Attributes = new()
            {
                Id = container.Id,
                Metadata = ContainerMessages.Metadata(container.Config),
                Labels = { container.Config.Labels.ToDictionary() },
                Annotations = { container.Config.Annotations.ToDictionary() },
            },
            WritableLayer = Layer(container.Id),
        };
        if (container.State == ContainerState.Running && parts.Runtime.ContainerUsage(container.Id) is { } usage)
        {
            (stats.Cpu, stats.Memory) = (Cpu(container.Id, usage.CpuTotal), Memory(usage));
            (stats.Cpu.Psi, stats.Memory.Psi) = (PressureMessages.Of(usage.CpuPressure), PressureMessages.Of(usage.MemoryPressure));
            stats.Io = usage.IoPressure is null ? null : new() { Timestamp = parts.Now, Psi = PressureMessages.Of(usage.IoPressure) };
            stats.Swap = new() { Timestamp = parts.Now, SwapUsageBytes = Value(usage.Swap), SwapAvailableBytes = Value(0) };
        }

        return stats;
    }

    public PodSandboxStats Of(SandboxStatus sandbox)
    {
        var containers = parts.Runtime.ListContainers().Where(container => container.SandboxId == sandbox.Id).ToList();
        var usages = containers.Select(container => container.Id).Append(sandbox.Id).Select(parts.Runtime.ContainerUsage).OfType<CgroupUsage>().ToList();
        var whole = new CgroupUsage
        {
            CpuTotal = usages.Sum(usage => usage.CpuTotal),
            Memory = usages.Sum(usage => usage.Memory),
            // Limits are told there too, some of them as the largest number there is.
            MemoryParts = usages.SelectMany(usage => usage.MemoryParts).Where(part => !part.Key.StartsWith("hierarchical", StringComparison.Ordinal)).GroupBy(part => part.Key).ToDictionary(part => part.Key, part => part.Sum(each => each.Value)),
        };
        return new()
        {
            Attributes = new() { Id = sandbox.Id, Metadata = SandboxMessages.Metadata(sandbox.Config), Labels = { sandbox.Config.Labels.ToDictionary() }, Annotations = { sandbox.Config.Annotations.ToDictionary() } },
            Linux = new()
            {
                Cpu = Cpu(sandbox.Id, whole.CpuTotal),
                Memory = Memory(whole),
                Network = Network(sandbox),
                Process = new() { Timestamp = parts.Now, ProcessCount = Value(usages.Sum(usage => usage.Processes)) },
                Containers = { containers.Where(container => container.State == ContainerState.Running).Select(Of) },
            },
        };
    }

    private CpuUsage Cpu(string id, long total)
    {
        var now = parts.Now;
        var cpu = new CpuUsage { Timestamp = now, UsageCoreNanoSeconds = Value(total) };
        if (looks.TryGetValue(id, out var before) && now > before.At && total >= before.Cpu)
        {
            cpu.UsageNanoCores = Value((long)((total - before.Cpu) * (double)NanosPerSecond / (now - before.At)));
        }

        looks[id] = (now, total);
        foreach (var gone in looks.Keys.Where(known => parts.Runtime.ContainerStatus(known) is null).ToList())
        {
            looks.TryRemove(gone, out _);
        }

        return cpu;
    }

    private MemoryUsage Memory(CgroupUsage usage) => new()
    {
        Timestamp = parts.Now,
        WorkingSetBytes = Value(usage.WorkingSet),
        AvailableBytes = Value(usage.MemoryLimit > 0 ? usage.MemoryLimit - usage.WorkingSet : 0),
        UsageBytes = Value(usage.Memory),
        RssBytes = Value(Part(usage, "total_rss", "anon")),
        PageFaults = Value(Part(usage, "total_pgfault", "pgfault")),
        MajorPageFaults = Value(Part(usage, "total_pgmajfault", "pgmajfault")),
    };

    /// <summary>Null under hostNetwork, and where pause has gone: kubelets take it that a network has a default interface. Others than eth0 may come first, as tunl0 does on a machine with tunnels.</summary>
    private NetworkUsage? Network(SandboxStatus sandbox)
    {
        var all = sandbox.Pid > 0 && !sandbox.Config.HostNetwork ? InterfaceCounters.Of(sandbox.Pid).OrderByDescending(one => one.Name == DefaultInterface).Select(Interface).ToList() : [];
        return all.Count > 0 ? new() { Timestamp = parts.Now, DefaultInterface = all[0], Interfaces = { all.Skip(1) } } : null;
    }

    private FilesystemUsage Layer(string id)
    {
        var (bytes, inodes) = parts.Runtime.ContainerWritten(id);
        return new() { Timestamp = parts.Now, FsId = new() { Mountpoint = parts.Runtime.Images.Path }, UsedBytes = Value(bytes), InodesUsed = Value(inodes) };
    }

    private static NetworkInterfaceUsage Interface(InterfaceCounters counters) => new()
    {
        Name = counters.Name,
        RxBytes = Value(counters.Received),
        RxErrors = Value(counters.ReceiveErrors),
        TxBytes = Value(counters.Sent),
        TxErrors = Value(counters.SendErrors),
    };

    private static long Part(CgroupUsage usage, string v1, string v2) => usage.MemoryParts.TryGetValue(v1, out var value) ? value : usage.MemoryParts.GetValueOrDefault(v2);

    private static UInt64Value Value(long value) => new() { Value = (ulong)Math.Max(0, value) };
}
