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

    public string NetnsPath => $"/proc/{Environment.ProcessId}/fd/{Netns.Number}";

    public void Attach(params PortMapping[] ports)
    {
        Address = network.Reserve(Id);
        network.Attach(Id, Netns, Address, ports);
    }

    public void Detach() => network.Detach(Id);

    public string Sh(string command) => TestNetwork.Sh($"nsenter --net={NetnsPath} {command}");

    public TestPod ServeTcp(int port)
    {
        var listener = Socket(SocketType.Stream);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        _ = Echo.ServeTcp(listener, Address, stop.Token);
        return this;
    }

    public TestPod ServeUdp(int port)
    {
        var socket = Socket(SocketType.Dgram);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        _ = Echo.ServeUdp(socket, Address, stop.Token);
        return this;
    }

    public Task<Answer?> AskTcp(string address, int port) => Echo.AskTcp(Socket(SocketType.Stream), address, port);

    public Task<Answer?> AskUdp(string address, int port) => Echo.AskUdp(Socket(SocketType.Dgram), address, port);

    public void Dispose()
    {
        stop.Cancel();
        sockets.ForEach(static socket => socket.Dispose());
        Detach();
        Netns.Dispose();
    }

    private Socket Socket(SocketType type)
    {
        var socket = Linux.Networking.Netns.Run(Netns, () => new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified));
        sockets.Add(socket);
        return socket;
    }
}
