using System.Globalization;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Cgroups;

/// <summary>The processes of a cgroup and of all below it, and how they are killed. Called by <see cref="CgroupTree"/>.</summary>
internal static class CgroupProcesses
{
    /// <param name="directories">The cgroup in each hierarchy: one that was half-made may have its processes in some only.</param>
    public static IReadOnlySet<int> In(IEnumerable<string> directories)
    {
        var found = new HashSet<int>();
        foreach (var directory in directories)
        {
            Collect(directory, found);
        }

        // 0 is a process of a PID namespace that is not below ours: kill(0) would hit the engine itself.
        found.Remove(0);
        return found;
    }

    /// <summary>cgroup v2, from Linux 5.14 on.</summary>
    public static void KillAtOnce(IEnumerable<string> directories)
    {
        foreach (var directory in directories)
        {
            Write(Path.Combine(directory, "cgroup.kill"), "1");
        }
    }

    /// <summary>One by one. What forks faster than it is killed is held still for the time; a paused container is let go, as it would not die else.</summary>
    public static void KillEach(IReadOnlyList<string> directories, IEnumerable<int> processes, bool freezeMeanwhile)
    {
        var freezers = directories.Select(directory => Path.Combine(directory, "freezer.state")).Where(File.Exists).ToList();
        if (freezeMeanwhile)
        {
            freezers.ForEach(freezer => Write(freezer, "FROZEN"));
            processes = In(directories);
        }

        foreach (var pid in processes)
        {
            Signals.Send(pid, Signals.Kill);
        }

        freezers.ForEach(freezer => Write(freezer, "THAWED"));
    }

    public static IReadOnlyList<string> Children(string directory)
    {
        try
        {
            return Directory.GetDirectories(directory);
        }
        catch (IOException)
        {
            return []; // Removed meanwhile.
        }
    }

    private static void Collect(string directory, HashSet<int> found)
    {
        try
        {
            found.UnionWith(File.ReadAllLines(Path.Combine(directory, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return; // Removed meanwhile.
        }

        foreach (var child in Children(directory))
        {
            Collect(child, found);
        }
    }

    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Removed meanwhile, or a kernel without it; whoever kills looks again at what is left.
        }
    }
}
