namespace Tripod.Runtime.Cgroups;

/// <summary>What a cgroup has read from and written to one block device: operations and bytes. Pure.</summary>
public sealed record DeviceUsage(string Major, string Minor, long Reads, long Writes, long ReadBytes, long WrittenBytes)
{
    /// <param name="stat">io.stat: <c>254:0 rbytes=1 wbytes=2 rios=3 wios=4 …</c>, a line for each device.</param>
    internal static IReadOnlyList<DeviceUsage> Unified(string stat) =>
    [
        .. Lines(stat).Where(line => line[0].Contains(':', StringComparison.Ordinal)).Select(line =>
        {
            var values = line.Skip(1).Select(word => word.Split('=')).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => CgroupUsage.Parse(pair[1]), StringComparer.Ordinal);
            return Of(line[0], values.GetValueOrDefault("rios"), values.GetValueOrDefault("wios"), values.GetValueOrDefault("rbytes"), values.GetValueOrDefault("wbytes"));
        }),
    ];

    /// <param name="serviced">blkio.throttle.io_serviced: <c>254:0 Read 1</c>, a line for each device and kind of operation; empty: only bytes are wanted.</param>
    /// <param name="bytes">blkio.throttle.io_service_bytes, in the same form.</param>
    internal static IReadOnlyList<DeviceUsage> Legacy(string serviced, string bytes)
    {
        var (operations, amounts) = (Lines(serviced), Lines(bytes));
        static long Sum(IEnumerable<string[]> lines, string device, string operation) => lines.Where(line => line.Length == 3 && line[0] == device && line[1] == operation).Sum(line => CgroupUsage.Parse(line[2]));
        return
        [
            .. operations.Concat(amounts).Where(line => line.Length == 3).Select(line => line[0]).Distinct(StringComparer.Ordinal)
                .Select(device => Of(device, Sum(operations, device, "Read"), Sum(operations, device, "Write"), Sum(amounts, device, "Read"), Sum(amounts, device, "Write"))),
        ];
    }

    private static DeviceUsage Of(string numbers, long reads, long writes, long readBytes, long writtenBytes)
    {
        var parts = numbers.Split(':', 2);
        return new(parts[0], parts[^1], reads, writes, readBytes, writtenBytes);
    }

    private static IReadOnlyList<string[]> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
}
