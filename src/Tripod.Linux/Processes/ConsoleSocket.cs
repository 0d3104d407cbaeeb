using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>The unix socket over which an OCI runtime hands out the master of the pty that it made (runc, docs/terminals.md; unix(7), SCM_RIGHTS).</summary>
public sealed unsafe partial class ConsoleSocket : IDisposable
{
    private const int CloseOnExec = 0x40000000;

    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ConsoleSocket(string path)
    {
        Path = path;
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(2);
    }

    public string Path { get; }

    /// <summary>Blocks until the runtime has connected and sent the fd; null where <see cref="GiveUp"/> came first.</summary>
    public FileDescriptor? Receive()
    {
        using var connection = listener.Accept();

        // struct iovec, struct cmsghdr with one int, and struct msghdr, in the layout of 64-bit Linux.
        var data = stackalloc byte[256];
        var vector = stackalloc nint[2] { (nint)data, 256 };
        var control = stackalloc byte[24];
        var message = stackalloc nint[7] { 0, 0, (nint)vector, 1, (nint)control, 24, 0 };
        if (LinuxException.Check((int)recvmsg((int)connection.Handle, message, CloseOnExec), "recvmsg", Path) == 0)
        {
            return null;
        }

        return message[5] >= 20
            ? new FileDescriptor(*(int*)(control + 16))
            : throw new LinuxException("recvmsg", Path, Errno.EBADF);
    }

    /// <summary>Ends a <see cref="Receive"/> that waits in vain. A runtime that has connected before is heard first: connections are accepted in their order.</summary>
    public void GiveUp()
    {
        using var nobody = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        nobody.Connect(new UnixDomainSocketEndPoint(Path));
    }

    public void Dispose()
    {
        listener.Dispose();
        File.Delete(Path);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(int socket, nint* message, int flags);
}
