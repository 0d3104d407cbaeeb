using System.Globalization;

namespace Tripod.Bench;

/// <summary>What proc(5) tells of processes and their memory.</summary>
internal static class Processes
{
    public static IEnumerable<(int Pid, string CommandLine)> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read($"{directory}/cmdline") is { Length: > 0 } line)
            {
                yield return (pid, line.Replace('\0', ' '));
            }
        }
    }

    /// <summary>Proportional set size, in KiB: shared pages count for each by its share.</summary>
    public static long Pss(int pid)
    {
        var line = Read($"/proc/{pid}/smaps_rollup").Split('\n').FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>In user and kernel mode, of all its threads.</summary>
    public static TimeSpan CpuTime(int pid)
    {
        using var process = System.Diagnostics.Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
