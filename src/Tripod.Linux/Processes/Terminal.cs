using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>This process's own terminal (termios(3), ioctl_tty(2)).</summary>
public static unsafe partial class Terminal
{
    private const int StandardInput = 0, StandardOutput = 1, AfterOutput = 1, AttributesSize = 128;
    private const nuint GetWindowSize = 0x5413;

    /// <summary>Every key goes through as it is, until it is disposed of; null where standard input is no terminal.</summary>
    public static IDisposable? Raw()
    {
        var before = new byte[AttributesSize];
        var raw = new byte[AttributesSize];
        fixed (byte* attributes = before, changed = raw)
        {
            if (tcgetattr(StandardInput, attributes) != 0)
            {
                return null;
            }

            before.CopyTo(raw, 0);
            cfmakeraw(changed);
            LinuxException.Check(tcsetattr(StandardInput, AfterOutput, changed), "tcsetattr", "standard input");
        }

        return new Restore(before);
    }

    /// <summary>Null where standard output is no terminal.</summary>
    public static (int Columns, int Rows)? Size()
    {
        var size = stackalloc ushort[4];
        return ioctl(StandardOutput, GetWindowSize, size) == 0 && size[1] > 0 ? (size[1], size[0]) : null;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(int fd, byte* attributes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(int fd, int when, byte* attributes);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(byte* attributes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int fd, nuint request, void* argument);

    private sealed class Restore(byte[] attributes) : IDisposable
    {
        public void Dispose()
        {
            fixed (byte* before = attributes)
            {
                _ = tcsetattr(StandardInput, AfterOutput, before);
            }
        }
    }
}
