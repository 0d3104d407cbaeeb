using System.Globalization;

namespace Tripod.Linux.Processes;

/// <summary>A process beyond doubt: its pid, and when it started in clock ticks since boot, so that a reused pid is told apart (proc_pid_stat(5), field 22).</summary>
public readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    /// <summary>Null where no such process is, or only a zombie of it.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            // The command stands in parentheses and may itself hold any character but the last parenthesis.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new(pid, long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return null;
        }
    }

    public bool IsAlive => Of(Pid) == this;
}
