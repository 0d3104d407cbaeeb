using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>Signals by number and name (signal(7)), and kill(2).</summary>
public static partial class Signals
{
    public const int Kill = 9, Term = 15;

    private const int BrokenPipe = 13;
    private const nint DefaultAction = 0;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>From <c>SIGTERM</c>, <c>TERM</c>, <c>15</c> or <c>SIGRTMIN+3</c>; null for what is none.</summary>
    public static int? Parse(string text)
    {
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        if (int.TryParse(name, out var number))
        {
            return number is > 0 and <= 64 ? number : null;
        }

        if (name.StartsWith("RTMIN", StringComparison.OrdinalIgnoreCase))
        {
            return name.Length == 5 ? 34 : int.TryParse(name.AsSpan(5), out var above) && above is >= 0 and <= 30 ? 34 + above : null;
        }

        if (name.StartsWith("RTMAX", StringComparison.OrdinalIgnoreCase))
        {
            return name.Length == 5 ? 64 : int.TryParse(name.AsSpan(5), out var below) && below is <= 0 and >= -30 ? 64 + below : null;
        }

        name = name.ToUpperInvariant() switch
        {
            "CLD" => "CHLD",
            "IOT" => "ABRT",
            "POLL" => "IO",
            var usual => usual,
        };
        var index = Array.FindIndex(Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index > 0 ? index : null;
    }

    /// <summary><c>SIGTERM</c>; of a realtime signal by the nearer end: <c>SIGRTMIN+3</c>, <c>SIGRTMAX-2</c>.</summary>
    public static string NameOf(int signal) => signal switch
    {
        > 0 when signal < Names.Length => $"SIG{Names[signal]}",
        34 => "SIGRTMIN",
        64 => "SIGRTMAX",
        > 34 and <= 49 => $"SIGRTMIN+{signal - 34}",
        > 49 and < 64 => $"SIGRTMAX-{64 - signal}",
        _ => $"{signal}",
    };

    /// <returns>False when there is no such process.</returns>
    public static bool Send(int pid, int signal)
    {
        if (kill(pid, signal) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? false : throw new LinuxException("kill", $"{pid}", errno);
    }

    /// <summary>A write to a pipe that nobody reads ends this process, as it ends other filters; the runtime would go on in silence.</summary>
    public static void EndOnBrokenPipe() => _ = signal(BrokenPipe, DefaultAction);

    [LibraryImport("libc")]
    private static partial nint signal(int signal, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
