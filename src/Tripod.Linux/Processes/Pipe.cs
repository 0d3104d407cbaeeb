using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Processes;

/// <summary>pipe2(2), and the little reading and writing that needs no stream.</summary>
public static unsafe partial class Pipe
{
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800, ReadWrite = 2;

    /// <summary>Both ends close on exec.</summary>
    public static (FileDescriptor Read, FileDescriptor Write) Create()
    {
        var ends = stackalloc int[2];
        LinuxException.Check(pipe2(ends, CloseOnExec), "pipe2");
        return (new FileDescriptor(ends[0]), new FileDescriptor(ends[1]));
    }

    public static FileDescriptor DevNull() => new(LinuxException.Check(open("/dev/null", ReadWrite | CloseOnExec, 0), "open", "/dev/null"));

    /// <summary>Opens for writing and writes one byte: what releases a container that waits on its exec.fifo. Fails with ENXIO where no one reads.</summary>
    public static void WriteByte(string path)
    {
        using var fifo = new FileDescriptor(LinuxException.Check(open(path, 1 | NonBlocking | CloseOnExec, 0), "open", path));
        byte zero = 0;
        LinuxException.Check(write(fifo.Number, &zero, 1), "write", path);
    }

    public static void WriteByte(FileDescriptor end, byte value = 1) => LinuxException.Check(write(end.Number, &value, 1), "write", "pipe");

    /// <summary>An int as memory holds it; null where the other end is closed before; blocks.</summary>
    public static int? ReadNumber(FileDescriptor fd)
    {
        int number;
        return read(fd.Number, (byte*)&number, sizeof(int)) == sizeof(int) ? number : null;
    }

    /// <summary>All that comes until the other end is closed, but no more than so many bytes; blocks.</summary>
    public static string ReadToEnd(FileDescriptor fd, int most)
    {
        var buffer = new byte[most];
        var length = 0;
        fixed (byte* start = buffer)
        {
            nint count;
            while (length < most && (count = read(fd.Number, start + length, most - length)) > 0)
            {
                length += (int)count;
            }
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Up to and without the next line feed, or what came before the end; blocks.</summary>
    public static string ReadLine(FileDescriptor fd)
    {
        var line = new List<byte>();
        byte next;
        while (read(fd.Number, &next, 1) == 1 && next != '\n')
        {
            line.Add(next);
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(line));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, byte* buffer, nint count);
}
