using System.Net;
using System.Net.Sockets;
using Tripod.Linux;
using Tripod.Linux.Networking;

namespace Tripod.IntegrationTests.Network;

/// <summary>Another machine on a network of the host's that has nothing to do with the engine.</summary>
public sealed class OutsideMachine : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly FileDescriptor netns = Netns.Create();
    private readonly string link = $"out{Random.Shared.Next(0x1000000):x6}";
    private Socket? listener, listener6;

    public OutsideMachine()
    {
        var network = $"198.18.{Random.Shared.Next(256)}.{Random.Shared.Next(64) * 4}";
        var bytes = IPAddress.Parse(network).GetAddressBytes();
        HostAddress = new IPAddress([bytes[0], bytes[1], bytes[2], (byte)(bytes[3] + 1)]).ToString();
        Address = new IPAddress([bytes[0], bytes[1], bytes[2], (byte)(bytes[3] + 2)]).ToString();
        var prefix = $"2001:db8:{Random.Shared.Next(0x10000):x}:{Random.Shared.Next(0x10000):x}";
        HostAddress6 = IPAddress.Parse($"{prefix}::1").ToString();
        Address6 = IPAddress.Parse($"{prefix}::2").ToString();
        var path = $"/proc/{Environment.ProcessId}/fd/{netns.Number}";
        TestNetwork.Sh($"ip link add {link} type veth peer name eth0 netns {path} && ip addr add {HostAddress}/30 dev {link} && ip -6 addr add {HostAddress6}/64 dev {link} nodad; ip link set {link} up");
        TestNetwork.Sh($"nsenter --net={path} sh -c 'ip addr add {Address}/30 dev eth0 && ip link set eth0 up && ip route add default via {HostAddress}; ip -6 addr add {Address6}/64 dev eth0 nodad && ip -6 route add default via {HostAddress6}; true'");
    }

    public string Address { get; }

    public string Address6 { get; }

    public string HostAddress6 { get; }

    /// <summary>What this machine knows the host by.</summary>
    public string HostAddress { get; }

    public void ServeTcp(int port)
    {
        listener = Socket(SocketType.Stream);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        _ = Echo.ServeTcp(listener, Address, stop.Token);
        listener6 = Netns.Run(netns, () => new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = false });
        listener6.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener6.Listen();
        _ = Echo.ServeTcp(listener6, Address, stop.Token);
    }

    public Task<Answer?> AskTcp(string address, int port) => Echo.AskTcp(Socket(SocketType.Stream), address, port);

    public Task<Answer?> AskUdp(string address, int port) => Echo.AskUdp(Socket(SocketType.Dgram), address, port);

    public void Dispose()
    {
        stop.Cancel();
        listener?.Dispose();
        listener6?.Dispose();
        TestNetwork.Sh($"ip link del {link}");
        netns.Dispose();
    }

    private Socket Socket(SocketType type) =>
        Netns.Run(netns, () => new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified));
}
