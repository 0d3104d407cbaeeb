using System.Net;
using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Network;

/// <summary>Keeps host ports from other processes by bound sockets, or says which process has one.</summary>
internal static class HostPortSockets
{
    // socket(2): this kernel does not speak the protocol, so nobody can take a port of it.
    private const int EPROTONOSUPPORT = 93, EAFNOSUPPORT = 97;

    public static IReadOnlyList<FileDescriptor> Hold(IReadOnlyList<PortMapping> mappings)
    {
        List<FileDescriptor> held = [];
        try
        {
            foreach (var port in mappings.Select(HostPort.From).OfType<HostPort>().Distinct())
            {
                if (Hold(port) is { } socket)
                {
                    held.Add(socket);
                }
            }

            return held;
        }
        catch
        {
            held.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    private static FileDescriptor? Hold(HostPort port)
    {
        try
        {
            return port.Address is null ? BindEverywhere(port) : PortSocket.Bind(port.Protocol, port.Address, port.Port);
        }
        catch (LinuxException e) when (e.Errno == EPROTONOSUPPORT)
        {
            return null;
        }
        catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
        {
            var holder = PortHolder.Find(port.Protocol, port.Port) is { } found ? $"{found.Command} (pid {found.Pid})" : "another process";
            throw new RuntimeException(
                RuntimeErrorKind.FailedPrecondition,
                $"host port {port} is taken by {holder}: stop it or choose another hostPort",
                inner: e);
        }
        catch (LinuxException e) when (e.Errno == Errno.EADDRNOTAVAIL)
        {
            throw new RuntimeException(
                RuntimeErrorKind.FailedPrecondition,
                $"host port {port}: this machine has no address {port.Address}: choose another hostIP or none",
                inner: e);
        }
    }

    // The IPv6 socket takes IPv4's port as well. Where IPv6 is not there, IPv4's will do.
    private static FileDescriptor BindEverywhere(HostPort port)
    {
        try
        {
            return PortSocket.Bind(port.Protocol, IPAddress.IPv6Any, port.Port);
        }
        catch (LinuxException e) when (e.Errno is Errno.EADDRNOTAVAIL or EAFNOSUPPORT)
        {
            return PortSocket.Bind(port.Protocol, IPAddress.Any, port.Port);
        }
    }
}
