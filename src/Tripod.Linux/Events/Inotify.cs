using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Events;

/// <summary>What to be told of (inotify(7)).</summary>
[Flags]
public enum FileChanges : uint
{
    Modified = 0x2,
    ClosedAfterWrite = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Created = 0x100,
    Deleted = 0x200,
    SelfMoved = 0x800,

    /// <summary>The queue ran over: look at everything again.</summary>
    Overflow = 0x4000,
}

/// <summary>Changes of one file or directory, told on the event loop's thread; the callback must be short.</summary>
public sealed unsafe partial class Inotify : IDisposable
{
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000, BufferSize = 64 * 1024;

    private readonly FileDescriptor fd;
    private readonly IDisposable registration;
    private readonly Action<FileChanges, string> changed;

    /// <param name="changed">What happened, and to which name in the directory (empty for a file that is watched itself).</param>
    public Inotify(string path, FileChanges interest, Action<FileChanges, string> changed)
    {
        this.changed = changed;
        fd = new FileDescriptor(LinuxException.Check(inotify_init1(NonBlocking | CloseOnExec), "inotify_init1"));
        try
        {
            LinuxException.Check(inotify_add_watch(fd.Number, path, (uint)interest), "inotify_add_watch", path);
            registration = EventLoop.Watch(fd, Readiness.Readable, _ => Read());
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        registration.Dispose();
        fd.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[BufferSize];
        nint length;
        fixed (byte* start = buffer)
        {
            if (fd.IsClosed || (length = read(fd.Number, start, BufferSize)) <= 0)
            {
                return;
            }
        }

        // struct inotify_event: int wd, uint mask, uint cookie, uint len, then len bytes of name padded with NULs.
        for (var at = 0; at + 16 <= length;)
        {
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + 4));
            var name = buffer.AsSpan(at + 16, (int)BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + 12)));
            changed((FileChanges)mask, Encoding.UTF8.GetString(name.TrimEnd((byte)0)));
            at += 16 + name.Length;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int fd, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nint count);
}
