namespace Tripod.FrontDoors.Kubernetes.Usage;

/// <summary>What a cgroup, or the machine, has used up to a moment.</summary>
/// <param name="Time">The moment.</param>
/// <param name="CpuNanoseconds">CPU time since it began.</param>
/// <param name="MemoryBytes">All that is charged to it, the page cache included.</param>
/// <param name="WorkingSetBytes">What it needs: without the part of the page cache that was not used lately.</param>
/// <param name="RssBytes">Its anonymous memory.</param>
/// <param name="PageFaults">Since it began.</param>
/// <param name="MajorPageFaults">Those that had to read from disk.</param>
internal sealed record UsageSample(
    DateTimeOffset Time, long CpuNanoseconds, long MemoryBytes, long WorkingSetBytes, long RssBytes, long PageFaults, long MajorPageFaults)
{
    /// <summary>CPU in billionths of a core, from an earlier sample to this one.</summary>
    public long NanoCoresSince(UsageSample earlier) => Time <= earlier.Time || CpuNanoseconds < earlier.CpuNanoseconds ? 0
        : (long)((CpuNanoseconds - earlier.CpuNanoseconds) / (Time - earlier.Time).TotalSeconds);

    public static UsageSample Sum(DateTimeOffset time, IEnumerable<UsageSample> samples) => samples.Aggregate(
        new UsageSample(time, 0, 0, 0, 0, 0, 0),
        (sum, one) => new(time, sum.CpuNanoseconds + one.CpuNanoseconds, sum.MemoryBytes + one.MemoryBytes, sum.WorkingSetBytes + one.WorkingSetBytes,
            sum.RssBytes + one.RssBytes, sum.PageFaults + one.PageFaults, sum.MajorPageFaults + one.MajorPageFaults));
}
