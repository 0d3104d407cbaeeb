using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>Limits, from the CRI and back. Pure.</summary>
internal static class ResourceMessages
{
    public static LinuxResources Of(LinuxContainerResources? asked) => Changed(new(), asked);

    /// <summary>What an update does not name stays as it was.</summary>
    public static LinuxResources Changed(LinuxResources known, LinuxContainerResources? asked) => asked is null ? known : known with
    {
        CpuPeriod = Given(asked.CpuPeriod, known.CpuPeriod),
        CpuQuota = Given(asked.CpuQuota, known.CpuQuota),
        CpuShares = Given(asked.CpuShares, known.CpuShares),
        CpusetCpus = asked.CpusetCpus.Length > 0 ? asked.CpusetCpus : known.CpusetCpus,
        CpusetMems = asked.CpusetMems.Length > 0 ? asked.CpusetMems : known.CpusetMems,
        MemoryLimit = Given(asked.MemoryLimitInBytes, known.MemoryLimit),
        MemorySwapLimit = Given(asked.MemorySwapLimitInBytes, known.MemorySwapLimit),
        OomScoreAdj = asked.OomScoreAdj != 0 ? (int)asked.OomScoreAdj : known.OomScoreAdj,
        HugepageLimits = asked.HugepageLimits.Count > 0 ? asked.HugepageLimits.DistinctBy(limit => limit.PageSize).ToDictionary(limit => limit.PageSize, limit => limit.Limit) : known.HugepageLimits,
        Unified = asked.Unified.Count > 0 ? asked.Unified.ToDictionary() : known.Unified,
    };

    public static LinuxContainerResources Shown(LinuxResources resources) => new()
    {
        CpuPeriod = resources.CpuPeriod,
        CpuQuota = resources.CpuQuota,
        CpuShares = resources.CpuShares,
        CpusetCpus = resources.CpusetCpus,
        CpusetMems = resources.CpusetMems,
        MemoryLimitInBytes = resources.MemoryLimit,
        MemorySwapLimitInBytes = resources.MemorySwapLimit,
        OomScoreAdj = resources.OomScoreAdj ?? 0,
        HugepageLimits = { resources.HugepageLimits.Select(limit => new HugepageLimit { PageSize = limit.Key, Limit = limit.Value }) },
        Unified = { resources.Unified.ToDictionary() },
    };

    private static long Given(long asked, long known) => asked != 0 ? asked : known;
}
