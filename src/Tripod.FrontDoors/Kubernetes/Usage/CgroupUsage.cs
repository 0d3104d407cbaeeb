using System.Globalization;

namespace Tripod.FrontDoors.Kubernetes.Usage;

/// <summary>Reads what the cgroups of a process have used: cgroup v2's files, or those of v1's cpuacct and memory (cgroups(7)).</summary>
internal static class CgroupUsage
{
    private const string Root = "/sys/fs/cgroup";

    /// <param name="pid">The container's first process.</param>
    /// <param name="now">When it is asked.</param>
    /// <returns>Null when the process is gone.</returns>
    public static UsageSample? Read(int pid, DateTimeOffset now)
    {
        var paths = Lines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cgroup").Select(line => line.Split(':', 3)).Where(fields => fields.Length == 3).ToList();
        if (paths.Count == 0)
        {
            return null;
        }

        if (File.Exists($"{Root}/cgroup.controllers"))
        {
            return Unified(Root + paths.First(fields => fields[0] == "0")[2], now);
        }

        var (cpu, memory) = (Directory(paths, "cpuacct"), Directory(paths, "memory"));
        var counts = Counters($"{memory}/memory.stat");
        var used = Number($"{memory}/memory.usage_in_bytes");
        return new(now, Number($"{cpu}/cpuacct.usage"), used, Math.Max(0, used - counts.GetValueOrDefault("total_inactive_file")),
            counts.GetValueOrDefault("total_rss"), counts.GetValueOrDefault("total_pgfault"), counts.GetValueOrDefault("total_pgmajfault"));
    }

    private static UsageSample Unified(string directory, DateTimeOffset now)
    {
        var counts = Counters($"{directory}/memory.stat");
        var used = Number($"{directory}/memory.current");
        return new(now, Counters($"{directory}/cpu.stat").GetValueOrDefault("usage_usec") * 1000, used, Math.Max(0, used - counts.GetValueOrDefault("inactive_file")),
            counts.GetValueOrDefault("anon"), counts.GetValueOrDefault("pgfault"), counts.GetValueOrDefault("pgmajfault"));
    }

    // A hierarchy of several controllers is mounted under all their names, with a link for each.
    private static string Directory(List<string[]> paths, string controller)
    {
        var found = paths.FirstOrDefault(fields => fields[1].Split(',').Contains(controller, StringComparer.Ordinal));
        return found is null ? "" : $"{Root}/{controller}{found[2]}";
    }

    private static Dictionary<string, long> Counters(string file) => Lines(file)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(pair => pair.Length == 2 && long.TryParse(pair[1], out _))
        .GroupBy(pair => pair[0], StringComparer.Ordinal)
        .ToDictionary(pair => pair.Key, pair => long.Parse(pair.First()[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static long Number(string file) => long.TryParse(Lines(file).FirstOrDefault(), out var number) ? number : 0;

    /// <summary>A container may end while it is looked at: what is gone reads as empty.</summary>
    internal static IReadOnlyList<string> Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
