namespace Tripod.Runtime.Cgroups;

/// <summary>Huge pages of one size, as <c>2MB</c>: bytes now, and the most there ever were (0 on cgroup v2, which does not keep it).</summary>
public sealed record HugePageUsage(string Size, long Bytes, long Peak);

/// <summary>What only metrics ask for, as it takes more files than <see cref="CgroupUsage"/> (the kernel's cgroup-v1 and cgroup-v2 documents).</summary>
/// <param name="MemoryReservation">Bytes that are kept for it under pressure (<c>memory.low</c>, on v1 the soft limit); 0 for none.</param>
public sealed record CgroupDetail(IReadOnlyList<DeviceUsage> Devices, IReadOnlyList<HugePageUsage> HugePages, long MemoryReservation)
{
    internal static CgroupDetail Read(IReadOnlyList<string> directories, bool unified)
    {
        string In(string file) => directories.Select(directory => Path.Combine(directory, file)).FirstOrDefault(File.Exists) ?? "";
        var devices = unified ? DeviceUsage.Unified(CgroupUsage.Text(In("io.stat"))) : DeviceUsage.Legacy(CgroupUsage.Text(In("blkio.throttle.io_serviced")), CgroupUsage.Text(In("blkio.throttle.io_service_bytes")));
        var kept = CgroupUsage.Number(In(unified ? "memory.low" : "memory.soft_limit_in_bytes"));
        return new(devices, [.. HugePageSizes().Select(size => new HugePageUsage(size, CgroupUsage.Number(In($"hugetlb.{size}.{(unified ? "current" : "usage_in_bytes")}")), CgroupUsage.Number(In($"hugetlb.{size}.max_usage_in_bytes"))))], kept < CgroupUsage.NoLimit ? kept : 0);
    }

    /// <summary>The sizes that this kernel has, as its hugetlb controller writes them.</summary>
    private static IEnumerable<string> HugePageSizes()
    {
        const string Folder = "/sys/kernel/mm/hugepages", Prefix = "hugepages-", Suffix = "kB";
        const long KibibytesOfMebibyte = 1024, KibibytesOfGibibyte = 1024 * 1024;
        foreach (var name in Directory.Exists(Folder) ? Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal) && CgroupUsage.Parse(name[Prefix.Length..^Suffix.Length]) is > 0 and var size)
            {
                yield return size >= KibibytesOfGibibyte ? $"{size / KibibytesOfGibibyte}GB" : size >= KibibytesOfMebibyte ? $"{size / KibibytesOfMebibyte}MB" : $"{size}KB";
            }
        }
    }
}
