using System.Globalization;
using System.Runtime.InteropServices;
using Tripod.Linux.Events;

namespace Tripod.Linux.Networking;

/// <summary>
/// One conversation with the kernel (netlink(7)). It belongs to the namespace in which it was opened, whichever
/// thread uses it. Not for two threads at once.
/// </summary>
public sealed partial class NetlinkSocket : IDisposable
{
    private const int AF_NETLINK = 16, SOCK_RAW = 3, SOCK_CLOEXEC = 0x80000;
    private const int SOL_NETLINK = 270, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11;
    private const int NLMSG_ERROR = 2, NLMSG_DONE = 3;
    private const int NLMSGERR_ATTR_MSG = 1;
    private const int MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40;
    private const int SOL_SOCKET = 1, SO_PROTOCOL = 38, SO_DOMAIN = 39;
    private const int F_GETFD = 1, F_SETFD = 2, FD_CLOEXEC = 1;
    private const short POLLIN = 1;

    private readonly FileDescriptor socket;
    private readonly byte[] received = new byte[32 * 1024];
    private uint sequence;

    /// <param name="protocol">The family of messages, for example 0 for rtnetlink(7).</param>
    /// <param name="groups">A bit for each kind of event that it listens to; one socket does that or asks, not both.</param>
    public NetlinkSocket(int protocol, uint groups = 0)
    {
        var fd = socket_(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        LinuxException.Check(fd, "socket", "netlink");
        socket = new FileDescriptor(fd);

        // Both only make errors shorter and clearer; an old kernel without them is no fault.
        var on = 1;
        setsockopt(socket, SOL_NETLINK, NETLINK_CAP_ACK, in on, sizeof(int));
        setsockopt(socket, SOL_NETLINK, NETLINK_EXT_ACK, in on, sizeof(int));
        if (groups != 0)
        {
            // struct sockaddr_nl: family and padding, port id, groups.
            uint[] address = [AF_NETLINK, 0, groups];
            LinuxException.Check(bind(socket, address, address.Length * sizeof(uint)), "bind", "netlink");
        }
    }

    /// <summary>What is done with each message of an answer: its type and what follows the header.</summary>
    public delegate void Receiver(int type, ReadOnlySpan<byte> body);

    /// <summary>
    /// Sends all messages in one call and waits for every acknowledgement. The kernel goes on after one that fails;
    /// the first failure is thrown once all are answered.
    /// </summary>
    public void Execute(NetlinkBatch batch)
    {
        var first = Send(batch);
        LinuxException? failure = null;
        var open = batch.Count;
        while (open > 0)
        {
            foreach (var message in Receive())
            {
                var index = unchecked((int)(message.Sequence - first));
                if (message.Type != NLMSG_ERROR || index < 0 || index >= batch.Count)
                {
                    continue;
                }

                open--;
                failure ??= Failure(batch, index, message.Body);
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Asks one question whose answer is any number of messages (NLM_F_DUMP) or a single one with an acknowledgement.</summary>
    public void Query(NetlinkBatch question, Receiver receiver)
    {
        var first = Send(question);
        while (true)
        {
            foreach (var message in Receive())
            {
                if (message.Sequence != first)
                {
                    continue;
                }

                switch (message.Type)
                {
                    case NLMSG_DONE:
                        return;
                    case NLMSG_ERROR when Failure(question, 0, message.Body) is { } failure:
                        throw failure;
                    case NLMSG_ERROR:
                        return;
                    default:
                        receiver(message.Type, message.Body);
                        break;
                }
            }
        }
    }

    /// <summary>Waits for events and throws away all that are there; false when none came in time (milliseconds).</summary>
    public bool WaitForEvents(int timeout)
    {
        var descriptor = new PollDescriptor { Fd = socket.Number, Events = POLLIN };
        var ready = poll(ref descriptor, 1, timeout);
        while (recv(socket, received, (nuint)received.Length, MSG_DONTWAIT) >= 0)
        {
        }

        return ready != 0;
    }

    /// <summary>Calls back on the event loop's thread with the types of the messages that came together.</summary>
    public IDisposable WatchEvents(Action<IReadOnlyList<int>> happened) => EventLoop.Watch(socket, Readiness.Readable, _ =>
    {
        List<int> types = [];
        nint size;
        while ((size = recv(socket, received, (nuint)received.Length, MSG_DONTWAIT)) > 0)
        {
            foreach (var message in new NetlinkMessages(received.AsSpan(0, (int)size)))
            {
                types.Add(message.Type);
            }
        }

        happened(types);
    });

    /// <summary>For sockets that a library opened without SOCK_CLOEXEC: no program that is started from now on inherits them.</summary>
    /// <returns>The highest number among them; -1 where there were none.</returns>
    internal static int CloseAllOnExec(int protocol)
    {
        var highest = -1;
        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            var fd = int.Parse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture);
            if (Option(fd, SO_DOMAIN) == AF_NETLINK && Option(fd, SO_PROTOCOL) == protocol && fcntl(fd, F_GETFD, 0) == 0)
            {
                LinuxException.Check(fcntl(fd, F_SETFD, FD_CLOEXEC), "fcntl", entry);
                highest = Math.Max(highest, fd);
            }
        }

        return highest;

        static int Option(int fd, int name)
        {
            var size = sizeof(int);
            return getsockopt(fd, SOL_SOCKET, name, out var value, ref size) == 0 ? value : -1;
        }
    }

    public void Dispose() => socket.Dispose();

    private static LinuxException? Failure(NetlinkBatch batch, int index, ReadOnlySpan<byte> body)
    {
        var errno = -MemoryMarshal.Read<int>(body);
        if (errno == 0)
        {
            return null;
        }

        var (operation, subject) = batch.Describe(index);
        var reason = KernelsWords(body);
        return new LinuxException(operation, reason is null ? subject : $"{subject} ({reason})", errno);
    }

    // After the errno stands the header of the message that failed; NETLINK_CAP_ACK cuts what followed it.
    private static string? KernelsWords(ReadOnlySpan<byte> body)
    {
        var offset = 4 + NetlinkBatch.HeaderSize;
        var attributes = new NetlinkAttributes(body.Length > offset ? body[offset..] : default);
        while (attributes.Next())
        {
            if (attributes.Type == NLMSGERR_ATTR_MSG)
            {
                return attributes.AsString;
            }
        }

        return null;
    }

    private uint Send(NetlinkBatch batch)
    {
        var first = sequence + 1;
        sequence += (uint)batch.Count;
        batch.Number(first);
        var bytes = batch.Bytes;
        LinuxException.Check(send(socket, bytes, (nuint)bytes.Length, 0), "send", batch.Describe(0).Operation);
        return first;
    }

    private NetlinkMessages Receive()
    {
        nint size;
        do
        {
            size = recv(socket, received, (nuint)received.Length, MSG_TRUNC);
        }
        while (size == -1 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        LinuxException.Check(size, "recv", "netlink");
        if (size > received.Length)
        {
            throw new LinuxException("recv", $"netlink answer of {size} bytes", Errno.ENOSPC);
        }

        return new NetlinkMessages(received.AsSpan(0, (int)size));
    }

    // poll(2)
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int fd, int level, int name, out int value, ref int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int value);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(FileDescriptor fd, ReadOnlySpan<uint> address, int size);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int socket_(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(FileDescriptor fd, int level, int name, in int value, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(FileDescriptor fd, ReadOnlySpan<byte> bytes, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(FileDescriptor fd, Span<byte> bytes, nuint size, int flags);
}
