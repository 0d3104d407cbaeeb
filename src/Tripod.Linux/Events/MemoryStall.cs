using System.Runtime.InteropServices;

namespace Tripod.Linux.Events;

/// <summary>
/// Is told by the kernel when tasks of the machine wait for memory (Documentation/accounting/psi.rst). It says that
/// memory is scarce sooner than a timer would; how much is left has to be read.
/// </summary>
public sealed unsafe partial class MemoryStall : IDisposable
{
    private const string PressureFile = "/proc/pressure/memory";
    private const int ReadWrite = 2, NonBlock = 0x800, CloseOnExec = 0x80000;

    private readonly FileDescriptor file;
    private readonly IDisposable watch;

    private MemoryStall(FileDescriptor file, Action stalled)
    {
        this.file = file;
        watch = EventLoop.Watch(file, Readiness.Priority, _ => stalled());
    }

    /// <summary>A fifth of a second in two: shorter windows need CAP_SYS_RESOURCE.</summary>
    private static ReadOnlySpan<byte> Trigger => "some 200000 2000000\0"u8;

    /// <param name="stalled">Called on the event loop's thread, at most once in two seconds.</param>
    /// <returns>Null where the kernel tells of no pressure (CONFIG_PSI off, or no right to ask).</returns>
    public static MemoryStall? Watch(Action stalled)
    {
        var fd = open(PressureFile, ReadWrite | NonBlock | CloseOnExec);
        if (fd < 0)
        {
            return null;
        }

        var file = new FileDescriptor(fd);
        fixed (byte* trigger = Trigger)
        {
            if (write(file, trigger, Trigger.Length) == Trigger.Length)
            {
                return new(file, stalled);
            }
        }

        file.Dispose();
        return null;
    }

    public void Dispose()
    {
        watch.Dispose();
        file.Dispose();
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(FileDescriptor file, byte* bytes, nint count);
}
