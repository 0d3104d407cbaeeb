using System.Globalization;

namespace Tripod.Runtime.Cgroups;

/// <summary>What a cgroup has read from and written to one block device: operations and bytes.</summary>
public sealed record DeviceUsage(string Major, string Minor, long Reads, long Writes, long ReadBytes, long WrittenBytes);

/// <summary>Huge pages of one size, as <c>2MB</c>: bytes now, and the most there ever were (0 on cgroup v2, which does not keep it).</summary>
public sealed record HugePageUsage(string Size, long Bytes, long Peak);

/// <summary>What only metrics ask for, as it takes more files than <see cref="CgroupUsage"/> (the kernel's cgroup-v1 and cgroup-v2 documents).</summary>
/// <param name="MemoryReservation">Bytes that are kept for it under pressure (<c>memory.low</c>, on v1 the soft limit); 0 for none.</param>
public sealed record CgroupDetail(IReadOnlyList<DeviceUsage> Devices, IReadOnlyList<HugePageUsage> HugePages, long MemoryReservation)
{
    /// <summary>cgroup v1 says "no limit" by the largest number of whole pages.</summary>
    private const long NoLimit = 1L << 60;

    internal static CgroupDetail Read(IReadOnlyList<string> directories, bool unified)
    {
        string In(string file) => directories.Select(directory => Path.Combine(directory, file)).FirstOrDefault(File.Exists) ?? "";
        var devices = unified ? Unified(Lines(In("io.stat"))) : Legacy(Lines(In("blkio.throttle.io_serviced")), Lines(In("blkio.throttle.io_service_bytes")));
        var kept = Number(In(unified ? "memory.low" : "memory.soft_limit_in_bytes"));
        return new(devices, [.. HugePageSizes().Select(size => new HugePageUsage(size, Number(In($"hugetlb.{size}.{(unified ? "current" : "usage_in_bytes")}")), Number(In($"hugetlb.{size}.max_usage_in_bytes"))))], kept < NoLimit ? kept : 0);
    }

    /// <summary><c>254:0 rbytes=1 wbytes=2 rios=3 wios=4 …</c>, a line for each device.</summary>
    private static IReadOnlyList<DeviceUsage> Unified(IEnumerable<string[]> lines) =>
    [
        .. lines.Where(line => line[0].Contains(':', StringComparison.Ordinal)).Select(line =>
        {
            var values = line.Skip(1).Select(word => word.Split('=')).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => Parse(pair[1]), StringComparer.Ordinal);
            return Device(line[0], values.GetValueOrDefault("rios"), values.GetValueOrDefault("wios"), values.GetValueOrDefault("rbytes"), values.GetValueOrDefault("wbytes"));
        }),
    ];

    /// <summary><c>254:0 Read 1</c>, a line for each device and operation.</summary>
    private static IReadOnlyList<DeviceUsage> Legacy(IReadOnlyList<string[]> operations, IReadOnlyList<string[]> bytes)
    {
        static long Of(IEnumerable<string[]> lines, string device, string operation) => lines.Where(line => line.Length == 3 && line[0] == device && line[1] == operation).Sum(line => Parse(line[2]));
        return
        [
            .. operations.Concat(bytes).Where(line => line.Length == 3).Select(line => line[0]).Distinct(StringComparer.Ordinal)
                .Select(device => Device(device, Of(operations, device, "Read"), Of(operations, device, "Write"), Of(bytes, device, "Read"), Of(bytes, device, "Write"))),
        ];
    }

    private static DeviceUsage Device(string numbers, long reads, long writes, long readBytes, long writtenBytes)
    {
        var parts = numbers.Split(':', 2);
        return new(parts[0], parts[1], reads, writes, readBytes, writtenBytes);
    }

    /// <summary>The sizes that this kernel has, as its hugetlb controller writes them.</summary>
    private static IEnumerable<string> HugePageSizes()
    {
        const string Folder = "/sys/kernel/mm/hugepages", Prefix = "hugepages-", Suffix = "kB";
        const long KibibytesOfMebibyte = 1024, KibibytesOfGibibyte = 1024 * 1024;
        foreach (var name in Directory.Exists(Folder) ? Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal) && Parse(name[Prefix.Length..^Suffix.Length]) is > 0 and var size)
            {
                yield return size >= KibibytesOfGibibyte ? $"{size / KibibytesOfGibibyte}GB" : size >= KibibytesOfMebibyte ? $"{size / KibibytesOfMebibyte}MB" : $"{size}KB";
            }
        }
    }

    private static IReadOnlyList<string[]> Lines(string file) => [.. CgroupUsage.Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];

    private static long Number(string file) => Parse(CgroupUsage.Text(file).Trim());

    private static long Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
