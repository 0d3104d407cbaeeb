using System.Globalization;
using Tripod.Runtime.Cgroups;
using ContainerStatus = Tripod.Runtime.Containers.ContainerStatus;

namespace Tripod.FrontDoors.Cri.Usage;

/// <summary>A container while it is measured: what takes a walk through /proc or its files is looked up once, and only if it is asked for.</summary>
internal sealed class MeasuredContainer(ContainerStatus status, CgroupUsage usage, CriParts parts)
{
    private const string OpenFiles = "Max open files";

    private readonly Lazy<IReadOnlyList<string>> descriptors = new(() => [.. parts.Runtime.ContainerProcesses(status.Id).SelectMany(Descriptors)]);

    private readonly Lazy<CgroupDetail> detail = new(() => parts.Runtime.ContainerDetail(status.Id) ?? new([], [], 0));

    public ContainerStatus Status => status;
    public CgroupUsage Usage => usage;
    public CgroupDetail Detail => detail.Value;
    public long Now => parts.Clock.GetUtcNow().ToUnixTimeSeconds();
    public IReadOnlyCollection<int> Processes => parts.Runtime.ContainerProcesses(status.Id);
    public long FileDescriptors => descriptors.Value.Count;
    public long Sockets => descriptors.Value.Count(target => target.StartsWith("socket:", StringComparison.Ordinal));

    public (long Bytes, long Inodes, long FreeInodes) Disk => Runtime.ContainerRuntime.FileSystemOf(parts.Runtime.ContainerFiles(status.Id).Upper);

    /// <summary>Bytes in its writable layer.</summary>
    public long Written => parts.Runtime.ContainerWritten(status.Id).Bytes;

    public long Memory(string v1, string v2) => usage.MemoryParts.TryGetValue(v1, out var value) ? value : usage.MemoryParts.GetValueOrDefault(v2);

    /// <summary>The soft limit of its first process's open files; 0 where it has none, or has ended.</summary>
    public long OpenFilesLimit
    {
        get
        {
            try
            {
                // "Max open files            1024                 524288               files"
                var line = status.Pid > 0 ? File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{status.Pid}/limits")).FirstOrDefault(line => line.StartsWith(OpenFiles, StringComparison.Ordinal)) : null;
                return long.TryParse(line?[OpenFiles.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : 0;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return 0;
            }
        }
    }

    /// <summary><c>/dev/vda</c>; empty for a device without a name.</summary>
    public static string DeviceName(DeviceUsage device) =>
        new FileInfo($"/sys/dev/block/{device.Major}:{device.Minor}").LinkTarget is { } target ? $"/dev/{Path.GetFileName(target)}" : "";

    private static IEnumerable<string> Descriptors(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd")).Select(entry => new FileInfo(entry).LinkTarget ?? "")];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
