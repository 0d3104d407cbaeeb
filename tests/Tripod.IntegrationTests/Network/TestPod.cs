using System.Net;
using System.Net.Sockets;
using Tripod.Linux;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;

namespace Tripod.IntegrationTests.Network;

/// <summary>A network namespace with servers in it that answer with the pod's name and the address they see.</summary>
public sealed class TestPod(PodNetwork network) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<Socket> sockets = [];

    public FileDescriptor Netns { get; } = Linux.Networking.Netns.Create();

    public string Id { get; } = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());

    public string Address { get; private set; } = "";

    /// <summary>IPv6's; empty where this machine has none.</summary>
    public string Address6 { get; private set; } = "";

    public string NetnsPath => $"/proc/{Environment.ProcessId}/fd/{Netns.Number}";

    public void Attach(params PortMapping[] ports)
    {
        Address = network.Reserve(Id);
        Address6 = network.ReserveInet6(Id);
        network.Attach(Id, Netns, Address, ports, Address6);
    }

    public void Detach() => network.Detach(Id);

    public string Sh(string command) => TestNetwork.Sh($"nsenter --net={NetnsPath} {command}");

    /// <summary>Answers with the pod's IPv4 address, whichever it is asked by.</summary>
    public TestPod ServeTcp(int port, bool inet6 = false)
    {
        var listener = Socket(SocketType.Stream, inet6);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(inet6 ? IPAddress.IPv6Any : IPAddress.Any, port));
        listener.Listen();
        _ = Echo.ServeTcp(listener, Address, stop.Token);
        return this;
    }

    public TestPod ServeUdp(int port, bool inet6 = false)
    {
        var socket = Socket(SocketType.Dgram, inet6);
        socket.Bind(new IPEndPoint(inet6 ? IPAddress.IPv6Any : IPAddress.Any, port));
        _ = Echo.ServeUdp(socket, Address, stop.Token);
        return this;
    }

    public Task<Answer?> AskTcp(string address, int port) => Echo.AskTcp(Socket(SocketType.Stream, address.Contains(':', StringComparison.Ordinal)), address, port);

    public Task<Answer?> AskUdp(string address, int port) => Echo.AskUdp(Socket(SocketType.Dgram, address.Contains(':', StringComparison.Ordinal)), address, port);

    public void Dispose()
    {
        stop.Cancel();
        sockets.ForEach(static socket => socket.Dispose());
        Detach();
        Netns.Dispose();
    }

    private Socket Socket(SocketType type, bool inet6 = false)
    {
        var socket = Linux.Networking.Netns.Run(Netns, () => new Socket(inet6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, type, ProtocolType.Unspecified));
        if (inet6)
        {
            socket.DualMode = false;
        }

        sockets.Add(socket);
        return socket;
    }
}
