using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>Sets the size of a terminal by its master (ioctl_tty(2), TIOCSWINSZ); its processes get SIGWINCH.</summary>
public static unsafe partial class TerminalSize
{
    private const nuint SetWindowSize = 0x5414;

    public static void Set(FileDescriptor master, int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        LinuxException.Check(ioctl(master, SetWindowSize, size), "ioctl", "TIOCSWINSZ");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(FileDescriptor fd, nuint request, void* argument);
}
