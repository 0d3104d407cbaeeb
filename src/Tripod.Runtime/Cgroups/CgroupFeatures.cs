namespace Tripod.Runtime.Cgroups;

/// <summary>What the host's control groups can do beyond what every host's can (cgroups(7); kernel, Documentation/admin-guide/cgroup-v1).</summary>
/// <param name="Version">1 (also where a v2 mount stands beside) or 2.</param>
/// <param name="Swappiness">A cgroup has a swappiness of its own.</param>
/// <param name="OomKillDisable">A cgroup at its limit may be left waiting.</param>
/// <param name="Realtime">Realtime scheduling is shared out by cgroup.</param>
/// <param name="BlockWeight">Cgroups share a disk by weight.</param>
public sealed record CgroupFeatures(int Version, bool Swappiness, bool OomKillDisable, bool Realtime, bool BlockWeight)
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Of pure v2; null elsewhere.</summary>
    private static readonly string[]? Controllers = File.Exists($"{Root}/cgroup.controllers") ? File.ReadAllText($"{Root}/cgroup.controllers").Split((char[])[' ', '\n']) : null;

    /// <summary>Cgroups can be kept from huge pages (hugetlb).</summary>
    public static bool LimitHugepages { get; } = Controllers?.Contains("hugetlb") ?? Directory.Exists($"{Root}/hugetlb");

    /// <summary>Cgroups of v2 can be kept from swap; the file is in every cgroup but the root.</summary>
    public static bool LimitSwap { get; } = Controllers is not null && Directory.EnumerateDirectories(Root).Any(child => File.Exists($"{child}/memory.swap.max"));

    /// <summary>
    /// What an OCI runtime can keep to here. Without the controller huge pages are shared out by admission alone. No quota is
    /// what a new cgroup has anyway; crun 1.8 writes a number of its own on v1, which the kernel does not take.
    /// </summary>
    internal static Containers.LinuxResources Enforceable(Containers.LinuxResources asked) => asked with
    {
        HugepageLimits = LimitHugepages ? asked.HugepageLimits : new Dictionary<string, ulong>(),
        CpuQuota = Controllers is not null ? asked.CpuQuota : Math.Max(0, asked.CpuQuota),
    };

    public static CgroupFeatures Detect() => Controllers is not null
        ? new(2, Swappiness: false, OomKillDisable: false, Realtime: false, BlockWeight: Controllers.Contains("io"))
        : new(
            1,
            File.Exists($"{Root}/memory/memory.swappiness"),
            File.Exists($"{Root}/memory/memory.oom_control"),
            File.Exists($"{Root}/cpu/cpu.rt_runtime_us"),
            File.Exists($"{Root}/blkio/blkio.weight") || File.Exists($"{Root}/blkio/blkio.bfq.weight"));
}
