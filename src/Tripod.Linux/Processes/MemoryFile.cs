using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Processes;

/// <summary>A file without a name, gone with its last fd (memfd_create(2)).</summary>
public static unsafe partial class MemoryFile
{
    private const uint CloseOnExec = 1;

    /// <param name="name">Shown in /proc/PID/fd alone.</param>
    public static FileDescriptor Create(string name) => new(LinuxException.Check(memfd_create(name, CloseOnExec), "memfd_create", name));

    /// <summary>With something in it, for a reader that begins at its beginning.</summary>
    public static FileDescriptor Create(string name, ReadOnlySpan<byte> content)
    {
        var file = Create(name);
        fixed (byte* start = content)
        {
            for (nint written = 0; written < content.Length;)
            {
                written += LinuxException.Check(pwrite(file, start + written, content.Length - written, written), "pwrite", "memory file");
            }
        }

        return file;
    }

    /// <summary>From its beginning, wherever writers stand; no more than so many bytes.</summary>
    public static string ReadText(FileDescriptor file, int most)
    {
        var buffer = new byte[most];
        var length = 0;
        fixed (byte* start = buffer)
        {
            nint count;
            while (length < most && (count = LinuxException.Check(pread(file, start + length, most - length, length), "pread", "memory file")) > 0)
            {
                length += (int)count;
            }
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pread(FileDescriptor fd, byte* buffer, nint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pwrite(FileDescriptor fd, byte* buffer, nint count, long offset);
}
