using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>fds that this process was started with.</summary>
public static partial class InheritedDescriptor
{
    private const int SetFlags = 2, CloseOnExecFlag = 1;

    /// <summary>Keeps it from the programs that are started here (fcntl(2)).</summary>
    public static void CloseOnExec(int number) => LinuxException.Check(fcntl(number, SetFlags, CloseOnExecFlag), "fcntl", $"fd {number}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);
}
