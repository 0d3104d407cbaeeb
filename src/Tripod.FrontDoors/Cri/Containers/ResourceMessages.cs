using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>Limits, from the CRI and back. Pure.</summary>
internal static class ResourceMessages
{
    /// <inheritdoc cref="Changed"/>
    public static LinuxResources Of(LinuxContainerResources? asked, bool canLimitHugepages) => Changed(new(), asked, canLimitHugepages);

    /// <summary>What an update does not name stays as it was.</summary>
    /// <param name="known">As it was.</param>
    /// <param name="asked">Null: nothing.</param>
    /// <param name="canLimitHugepages">Of the machine. A kubelet forbids huge pages by a limit of 0 for each size, which is left out where there is nothing to forbid them by.</param>
    /// <exception cref="RuntimeException">InvalidArgument: a limit of huge pages that cannot be kept.</exception>
    public static LinuxResources Changed(LinuxResources known, LinuxContainerResources? asked, bool canLimitHugepages) => asked is null ? known : known with
    {
        CpuPeriod = Given(asked.CpuPeriod, known.CpuPeriod),
        CpuQuota = Given(asked.CpuQuota, known.CpuQuota),
        CpuShares = Given(asked.CpuShares, known.CpuShares),
        CpusetCpus = asked.CpusetCpus.Length > 0 ? asked.CpusetCpus : known.CpusetCpus,
        CpusetMems = asked.CpusetMems.Length > 0 ? asked.CpusetMems : known.CpusetMems,
        MemoryLimit = Given(asked.MemoryLimitInBytes, known.MemoryLimit),
        MemorySwapLimit = Given(asked.MemorySwapLimitInBytes, known.MemorySwapLimit),
        OomScoreAdj = asked.OomScoreAdj != 0 ? (int)asked.OomScoreAdj : known.OomScoreAdj,
        HugepageLimits = Hugepages(asked, canLimitHugepages) is { Count: > 0 } limits ? limits : known.HugepageLimits,
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

    private static Dictionary<string, ulong> Hugepages(LinuxContainerResources asked, bool canLimit)
    {
        var limits = asked.HugepageLimits.DistinctBy(limit => limit.PageSize).ToDictionary(limit => limit.PageSize, limit => limit.Limit);
        return canLimit ? limits
            : limits.Values.All(limit => limit == 0) ? []
            : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "hugepage_limits: this machine has no hugetlb controller to keep them by");
    }

    private static long Given(long asked, long known) => asked != 0 ? asked : known;
}
