using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

public enum PortProtocol
{
    Tcp,
    Udp,
    Sctp,
}

/// <summary>A socket that is bound and nothing more: it keeps a port from everybody else as long as some process has it open.</summary>
public static partial class PortSocket
{
    private const int AF_INET = 2, AF_INET6 = 10;
    private const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000;
    private const int IPPROTO_SCTP = 132, IPPROTO_IPV6 = 41;
    private const int SOL_SOCKET = 1, SO_REUSEADDR = 2, IPV6_V6ONLY = 26;
    private const int SHUT_RDWR = 2;

    /// <summary>
    /// Binds, or throws the errno of bind(2). <see cref="IPAddress.IPv6Any"/> takes the port of every IPv4 address as well,
    /// unless that is not wanted.
    /// </summary>
    public static FileDescriptor Bind(PortProtocol protocol, IPAddress address, int port, bool inet6Only = false)
    {
        try
        {
            return Bind(protocol, address, port, inet6Only, reuse: false);
        }
        catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE && protocol == PortProtocol.Tcp)
        {
            return BindOverClosedConnections(address, port, inet6Only);
        }
    }

    /// <summary>
    /// Connections that a server closed keep its port in TIME_WAIT for a minute; SO_REUSEADDR binds over them, but
    /// would let others bind over this socket too, and the kernel remembers that for the port even when the option is
    /// taken back. It forgets when the port is chosen anew without the option, which listen(2) does; shutdown(2) then
    /// ends the listening and leaves the socket bound.
    /// </summary>
    private static FileDescriptor BindOverClosedConnections(IPAddress address, int port, bool inet6Only)
    {
        var socket = Bind(PortProtocol.Tcp, address, port, inet6Only, reuse: true);
        try
        {
            LinuxException.Check(listen(socket, 0), "listen", $"{address}:{port}");
            Set(socket, SOL_SOCKET, SO_REUSEADDR, 0);
            LinuxException.Check(shutdown(socket, SHUT_RDWR), "shutdown", $"{address}:{port}");
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static FileDescriptor Bind(PortProtocol protocol, IPAddress address, int port, bool inet6Only, bool reuse)
    {
        var subject = $"{address}:{port}";
        var inet6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var fd = socket(
            inet6 ? AF_INET6 : AF_INET,
            (protocol == PortProtocol.Udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC,
            protocol == PortProtocol.Sctp ? IPPROTO_SCTP : 0);
        LinuxException.Check(fd, "socket", subject);
        var bound = new FileDescriptor(fd);
        try
        {
            if (inet6)
            {
                Set(bound, IPPROTO_IPV6, IPV6_V6ONLY, address.Equals(IPAddress.IPv6Any) && !inet6Only ? 0 : 1);
            }

            if (reuse)
            {
                Set(bound, SOL_SOCKET, SO_REUSEADDR, 1);
            }

            var name = SocketAddress(address, port);
            LinuxException.Check(bind(bound, name, name.Length), "bind", subject);
            return bound;
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }

    // struct sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)).
    private static byte[] SocketAddress(IPAddress address, int port)
    {
        var inet6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var name = new byte[inet6 ? 28 : 16];
        MemoryMarshal.Write(name, (ushort)(inet6 ? AF_INET6 : AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(name.AsSpan(2), checked((ushort)port));
        address.TryWriteBytes(name.AsSpan(inet6 ? 8 : 4), out _);
        return name;
    }

    private static void Set(FileDescriptor fd, int level, int name, int value) =>
        LinuxException.Check(setsockopt(fd, level, name, in value, sizeof(int)), "setsockopt", $"{name}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(FileDescriptor fd, int level, int name, in int value, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(FileDescriptor fd, ReadOnlySpan<byte> address, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(FileDescriptor fd, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(FileDescriptor fd, int how);
}
