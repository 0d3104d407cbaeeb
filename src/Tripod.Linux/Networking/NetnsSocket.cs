using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>
/// TCP sockets of other network namespaces, opened hundreds of times a second: the calling thread steps in, opens, and
/// steps back (setns(2)). Nothing but system calls lies in between, so that no thread can be started inside, and neither
/// a thread of its own nor a hand-over is paid for.
/// </summary>
public static partial class NetnsSocket
{
    private const int StreamCloseOnExec = 1 | 0x80000, NonBlocking = 0x800, Tcp = 6, Inet = 2, Inet6 = 10, InProgress = 115, NoSuchFamily = 97;

    private static readonly Lazy<FileDescriptor> Home = new(static () => Netns.Open("/proc/self/ns/net"));

    /// <summary>
    /// Connects as a process in there would. A server of the same machine has answered by the time that connect(2) is
    /// asked a second time, as the kernel carries packets of lo and veth on within the call: most connections cost
    /// neither a wait nor a wake.
    /// </summary>
    /// <exception cref="SocketException">Nothing answers there, or the kernel has no such family.</exception>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    public static async Task<Socket> ConnectAsync(FileDescriptor netns, IPEndPoint to, CancellationToken cancel)
    {
        var quick = Open(netns, to.AddressFamily, NonBlocking);
        if (IsConnected(quick, to))
        {
            return new Socket(quick);
        }

        quick.Dispose();
        var socket = new Socket(Open(netns, to.AddressFamily));
        try
        {
            await socket.ConnectAsync(to, cancel).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsConnected(SafeSocketHandle handle, IPEndPoint to)
    {
        var address = to.Serialize();
        return connect(handle, address.Buffer.Span, address.Size) == 0
            || (Marshal.GetLastPInvokeError() == InProgress && connect(handle, address.Buffer.Span, address.Size) == 0);
    }

    private static SafeSocketHandle Open(FileDescriptor netns, AddressFamily family, int more = 0)
    {
        var home = Home.Value;
        LinuxException.Check(Netns.setns(netns, Netns.CLONE_NEWNET), "setns", "net");
        var fd = socket(family == AddressFamily.InterNetworkV6 ? Inet6 : Inet, StreamCloseOnExec | more, Tcp);
        var errno = Marshal.GetLastPInvokeError();
        if (Netns.setns(home, Netns.CLONE_NEWNET) != 0)
        {
            // Staying would give the sockets of whatever runs next on this thread to a stranger.
            Environment.FailFast("setns: the thread cannot get back into the host's network namespace");
        }

        return fd >= 0 ? new SafeSocketHandle(fd, ownsHandle: true)
            : errno == NoSuchFamily ? throw new SocketException((int)SocketError.AddressFamilyNotSupported)
            : throw new LinuxException("socket", family.ToString(), errno);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(SafeSocketHandle socket, ReadOnlySpan<byte> address, int length);
}
