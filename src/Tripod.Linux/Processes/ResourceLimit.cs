using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>Resource limits of this process (getrlimit(2)).</summary>
public static unsafe partial class ResourceLimit
{
    // In the order of the numbers, the same on all architectures but alpha, mips and sparc.
    private static readonly string[] Names =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    public static bool IsKnown(string name) => Array.IndexOf(Names, name) >= 0;

    /// <summary>The most that may be asked for; null where there is no such limit.</summary>
    public static ulong? Hard(string name)
    {
        var number = Array.IndexOf(Names, name);
        if (number < 0)
        {
            return null;
        }

        var limits = stackalloc ulong[2];
        LinuxException.Check(getrlimit(number, limits), "getrlimit", name);
        return limits[1];
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrlimit(int resource, ulong* limits);
}
