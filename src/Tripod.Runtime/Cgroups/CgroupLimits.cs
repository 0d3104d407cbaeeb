using System.Globalization;
using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Cgroups;

/// <summary>Which files of a cgroup say its limits, and what is written there (the kernel's cgroup-v1 and cgroup-v2 documents). Pure; <see cref="LimitCgroup"/> writes.</summary>
internal static class CgroupLimits
{
    private const long UsualPeriod = 100_000, LeastShares = 2, MostShares = 262_144;

    /// <param name="limits">0 asks for nothing: the file stays as it is. -1 of quota, memory or processes takes the limit away.</param>
    /// <param name="unified">Pure v2.</param>
    public static IReadOnlyList<(string File, string Text)> Of(LinuxResources limits, bool unified) =>
        [.. (unified ? Unified(limits) : Legacy(limits)).Where(file => file.Text.Length > 0)];

    /// <summary>v1's shares (2 to 262144) as v2's weight (1 to 10000), on the straight line that runtimes and the kubelet use.</summary>
    public static long Weight(long shares) => 1 + ((Math.Clamp(shares, LeastShares, MostShares) - LeastShares) * 9999 / (MostShares - LeastShares));

    private static IEnumerable<(string File, string Text)> Legacy(LinuxResources limits)
    {
        yield return ("cpu.shares", Given(limits.CpuShares));
        yield return ("cpu.cfs_period_us", Given(limits.CpuPeriod));
        yield return ("cpu.cfs_quota_us", Given(limits.CpuQuota));
        yield return ("memory.limit_in_bytes", Given(limits.MemoryLimit));
        yield return ("pids.max", Most(limits.PidsLimit));
        foreach (var (size, bytes) in limits.HugepageLimits)
        {
            yield return ($"hugetlb.{size}.limit_in_bytes", Text((long)bytes));
        }
    }

    private static IEnumerable<(string File, string Text)> Unified(LinuxResources limits)
    {
        yield return ("cpu.weight", limits.CpuShares > 0 ? Text(Weight(limits.CpuShares)) : "");
        yield return ("cpu.max", limits.CpuQuota == 0 ? "" : $"{Most(limits.CpuQuota)} {Text(limits.CpuPeriod > 0 ? limits.CpuPeriod : UsualPeriod)}");
        yield return ("memory.max", Most(limits.MemoryLimit));
        yield return ("pids.max", Most(limits.PidsLimit));
        foreach (var (size, bytes) in limits.HugepageLimits)
        {
            yield return ($"hugetlb.{size}.max", Text((long)bytes));
        }
    }

    private static string Most(long value) => value < 0 ? "max" : Given(value);

    private static string Given(long value) => value == 0 ? "" : Text(value);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
