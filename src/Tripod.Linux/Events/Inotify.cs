using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Events;

/// <summary>
/// Changes of one file or directory, told on the event loop's thread; the callback must be short. All watches share one
/// inotify instance: a user may have only 128 of them (fs.inotify.max_user_instances), but thousands of watches.
/// </summary>
public sealed unsafe partial class Inotify : IDisposable
{
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000, BufferSize = 64 * 1024;
    private const uint Ignored = 0x8000, MaskAdd = 0x20000000;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, List<Inotify>> Watches = [];
    private static readonly Lazy<FileDescriptor> Instance = new(Start);

    // Only the event loop's one thread reads.
    private static readonly byte[] Buffer = new byte[BufferSize];

    private readonly FileChanges interest;
    private readonly Action<FileChanges, string> changed;
    private readonly int watch;

    /// <param name="changed">What happened, and to which name in the directory (empty for a file that is watched itself).</param>
    public Inotify(string path, FileChanges interest, Action<FileChanges, string> changed)
    {
        (this.interest, this.changed) = (interest, changed);
        lock (Gate)
        {
            // One inode has one watch descriptor, whoever asks; each asker's interest is added to it.
            watch = LinuxException.Check(inotify_add_watch(Instance.Value.Number, path, (uint)interest | MaskAdd), "inotify_add_watch", path);
            if (!Watches.TryGetValue(watch, out var all))
            {
                Watches[watch] = all = [];
            }

            all.Add(this);
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (Watches.TryGetValue(watch, out var all) && all.Remove(this) && all.Count == 0)
            {
                Watches.Remove(watch);
                _ = inotify_rm_watch(Instance.Value.Number, watch);
            }
        }
    }

    private static FileDescriptor Start()
    {
        var fd = new FileDescriptor(LinuxException.Check(inotify_init1(NonBlocking | CloseOnExec), "inotify_init1"));
        EventLoop.Watch(fd, Readiness.Readable, _ => Read(fd));
        return fd;
    }

    private static void Read(FileDescriptor fd)
    {
        nint length;
        fixed (byte* start = Buffer)
        {
            length = read(fd.Number, start, BufferSize);
        }

        // struct inotify_event: int wd, uint mask, uint cookie, uint len, then len bytes of name padded with NULs.
        for (var at = 0; at + 16 <= length;)
        {
            var one = Buffer.AsSpan(at);
            var name = one.Slice(16, (int)BinaryPrimitives.ReadUInt32LittleEndian(one[12..]));
            Tell(BinaryPrimitives.ReadInt32LittleEndian(one), BinaryPrimitives.ReadUInt32LittleEndian(one[4..]), name.TrimEnd((byte)0));
            at += 16 + name.Length;
        }
    }

    private static void Tell(int watch, uint mask, ReadOnlySpan<byte> name)
    {
        const uint Everyone = (uint)FileChanges.Overflow;
        Inotify[] told;
        lock (Gate)
        {
            told = (mask & Everyone) != 0 ? [.. Watches.Values.SelectMany(all => all)] : Watches.TryGetValue(watch, out var one) ? [.. one] : [];
            if ((mask & Ignored) != 0)
            {
                // The watched inode is gone, and the kernel has let go of the watch.
                Watches.Remove(watch);
            }
        }

        var text = told.Length > 0 ? Encoding.UTF8.GetString(name) : "";
        foreach (var each in told)
        {
            if ((mask & ((uint)each.interest | Everyone)) != 0)
            {
                each.changed((FileChanges)mask, text);
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int fd, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_rm_watch(int fd, int watch);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nint count);
}
