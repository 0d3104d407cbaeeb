using System.Globalization;
using Tripod.Linux.FileSystem;

namespace Tripod.Pods.Eviction;

/// <summary>
/// Reads what is left on this machine: two files of /proc and one statvfs(3) per file system. The kernel tells nobody that
/// a file system fills up or that memory falls below a figure, so these are read on a timer; they cost microseconds.
/// </summary>
internal sealed class NodeSignals(string root, string images)
{
    /// <summary>Signals that could not be read are left out, and then meet no threshold.</summary>
    public Dictionary<string, Observation> Read()
    {
        var seen = new Dictionary<string, Observation>(StringComparer.Ordinal);
        var memory = Memory(File.ReadLines("/proc/meminfo"));
        Add(seen, Signal.Memory, memory.Available, memory.Total);
        var (node, image) = (FileSystemSize.RoomOf(root), FileSystemSize.RoomOf(images));
        Add(seen, Signal.NodeDisk, node.AvailableBytes, node.Bytes);
        Add(seen, Signal.NodeInodes, node.FreeInodes, node.Inodes);
        Add(seen, Signal.ImageDisk, image.AvailableBytes, image.Bytes);
        Add(seen, Signal.ImageInodes, image.FreeInodes, image.Inodes);
        var most = Math.Min(Number("/proc/sys/kernel/pid_max"), Number("/proc/sys/kernel/threads-max"));
        Add(seen, Signal.Processes, most - Tasks(File.ReadAllText("/proc/loadavg")), most);
        return seen;
    }

    /// <summary>As the kubelet counts it: all but what is in use, and the part of the page cache that was not used lately is not.</summary>
    public static (long Available, long Total) Memory(IEnumerable<string> meminfo)
    {
        long total = 0, free = 0, inactive = 0;
        foreach (var line in meminfo)
        {
            var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var number, ..] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
            {
                total = kilobytes;
            }
            else if (line.StartsWith("MemFree:", StringComparison.Ordinal))
            {
                free = kilobytes;
            }
            else if (line.StartsWith("Inactive(file):", StringComparison.Ordinal))
            {
                inactive = kilobytes;
            }
        }

        return ((free + inactive) * 1024, total * 1024);
    }

    /// <summary>The fourth field: tasks that run, and all there are (proc_loadavg(5)).</summary>
    private static long Tasks(string loadavg) =>
        loadavg.Split(' ') is [_, _, _, var tasks, ..] && long.TryParse(tasks[(tasks.IndexOf('/', StringComparison.Ordinal) + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;

    private static long Number(string path) => long.Parse(File.ReadAllText(path), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static void Add(Dictionary<string, Observation> seen, string signal, long available, long capacity)
    {
        if (capacity > 0)
        {
            seen[signal] = new(available, capacity);
        }
    }
}
