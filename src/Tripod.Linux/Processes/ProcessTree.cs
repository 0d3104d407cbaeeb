using System.Globalization;

namespace Tripod.Linux.Processes;

/// <summary>The children of a process and theirs, as the kernel tells them (proc(5), children).</summary>
public static class ProcessTree
{
    /// <summary>Sends SIGKILL to all of them, but not to the process itself.</summary>
    /// <returns>Whether there was any.</returns>
    public static bool KillDescendants(int pid)
    {
        var all = Descendants(pid);
        foreach (var descendant in all)
        {
            Signals.Send(descendant, Signals.Kill);
        }

        return all.Count > 0;
    }

    private static List<int> Descendants(int pid)
    {
        var all = new List<int>();
        try
        {
            foreach (var thread in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")))
            {
                foreach (var child in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    var number = int.Parse(child, CultureInfo.InvariantCulture);
                    all.Add(number);
                    all.AddRange(Descendants(number));
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile; what it leaves is its parent's.
        }

        return all;
    }
}
