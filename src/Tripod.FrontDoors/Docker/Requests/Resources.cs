using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's limits as the kernel's. Pure.</summary>
internal static class Resources
{
    private const long Period = 100_000, LeastMemory = 6 * 1024 * 1024, NanosPerCpu = 1_000_000_000;

    // Of blkio, devices and realtime scheduling there is nothing here; a value is refused rather than forgotten.
    private static readonly string[] Refused =
    [
        "BlkioWeight", "CpuRealtimePeriod", "CpuRealtimeRuntime", "CpuCount", "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth",
    ];

    private static readonly string[] RefusedLists =
    [
        "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "DeviceRequests",
    ];

    /// <exception cref="DockerException">400 for what cannot be or is not done here.</exception>
    public static LinuxResources Of(JsonObject host)
    {
        foreach (var name in Refused.Where(name => host.Number(name) != 0).Concat(RefusedLists.Where(name => host[name] is JsonArray { Count: > 0 })))
        {
            throw new DockerException(400, $"{name} is not supported by tripod: leave it out");
        }

        var memory = host.Number("Memory");
        var nanos = host.Number("NanoCpus");
        if (memory is > 0 and < LeastMemory)
        {
            throw new DockerException(400, "Minimum memory limit allowed is 6MB");
        }

        if (nanos > 0 && (host.Number("CpuPeriod") > 0 || host.Number("CpuQuota") > 0))
        {
            throw new DockerException(400, "Conflicting options: Nano CPUs and CPU Period cannot both be set");
        }

        if (nanos < 0 || nanos > Environment.ProcessorCount * NanosPerCpu)
        {
            throw new DockerException(400, FormattableString.Invariant($"range of CPUs is from 0.01 to {Environment.ProcessorCount}.00, as there are only {Environment.ProcessorCount} CPUs available"));
        }

        return new()
        {
            CpuPeriod = nanos > 0 ? Period : host.Number("CpuPeriod"),
            CpuQuota = nanos > 0 ? nanos * Period / NanosPerCpu : host.Number("CpuQuota"),
            CpuShares = host.Number("CpuShares"),
            CpusetCpus = host.Text("CpusetCpus"),
            CpusetMems = host.Text("CpusetMems"),
            MemoryLimit = memory,
            MemorySwapLimit = Swap(host, memory),
            PidsLimit = host.Number("PidsLimit") is var pids && pids < 0 ? 0 : pids,
            OomScoreAdj = host.OptionalNumber("OomScoreAdj") is { } score and not 0 ? (int)score : null,
        };
    }

    /// <summary>Memory and swap together; -1 is no limit, and by default there is as much swap as memory.</summary>
    private static long Swap(JsonObject host, long memory)
    {
        var asked = host.Number("MemorySwap");
        if (asked > 0 && asked < memory)
        {
            throw new DockerException(400, "Minimum memoryswap limit should be larger than memory limit, see usage");
        }

        return asked > 0 && memory == 0
            ? throw new DockerException(400, "You should always set the Memory limit when using Memoryswap limit, see usage")
            : memory > 0 ? asked switch { 0 => memory * 2, var swap => swap } : 0;
    }
}
