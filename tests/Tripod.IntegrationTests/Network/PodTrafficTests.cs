using System.Net;
using System.Net.Sockets;
using Tripod.Linux.Networking;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Network;

public sealed class PodTrafficTests : IDisposable
{
    private readonly TestNetwork network = new();
    private readonly int port = TestNetwork.FreePort();

    private static string HostAddress
    {
        get
        {
            using var route = RouteNetlink.Open();
            return route.Addresses().First(static address => !IPAddress.IsLoopback(address.Address)).Address.ToString();
        }
    }

    public void Dispose() => network.Dispose();

    [Fact]
    public async Task Pods_reach_each_other_under_their_own_addresses()
    {
        var server = network.Start().ServeTcp(80);
        var client = network.Start();
        Assert.Equal(new Answer(server.Address, client.Address), await client.AskTcp(server.Address, 80));
    }

    [Fact]
    public async Task First_connection_after_attach_waits_for_no_retransmission()
    {
        var server = network.Start().ServeTcp(80);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.NotNull(await Echo.AskTcp(server.Address, 80));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 900);
    }

    [Fact]
    public async Task Host_port_answers_on_127_0_0_1()
    {
        var server = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        Assert.Equal(new Answer(server.Address, network.Network.Gateway), await Echo.AskTcp("127.0.0.1", port));
    }

    [Fact]
    public async Task Host_port_answers_on_every_address_of_the_host()
    {
        var server = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        Assert.Equal(server.Address, (await Echo.AskTcp(HostAddress, port))?.Server);
        Assert.Equal(server.Address, (await Echo.AskTcp(network.Network.Gateway, port))?.Server);
    }

    [Fact]
    public async Task Host_port_answers_another_pod_and_the_pod_itself()
    {
        var server = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        var other = network.Start();
        Assert.Equal(server.Address, (await other.AskTcp(HostAddress, port))?.Server);
        Assert.Equal(server.Address, (await server.AskTcp(HostAddress, port))?.Server);
        Assert.Equal(server.Address, (await server.AskTcp(network.Network.Gateway, port))?.Server);
    }

    [Fact]
    public async Task Host_port_answers_from_outside_and_sees_the_clients_address()
    {
        var server = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80);
        using var outside = new OutsideMachine();
        Assert.Equal(new Answer(server.Address, outside.Address), await outside.AskTcp(outside.HostAddress, port));
    }

    [Fact]
    public async Task Pod_reaches_the_outside_under_the_hosts_address()
    {
        using var outside = new OutsideMachine();
        outside.ServeTcp(80);
        var pod = network.Start();
        Assert.Equal(new Answer(outside.Address, outside.HostAddress), await pod.AskTcp(outside.Address, 80));
    }

    [Fact]
    public async Task Udp_host_port_answers_from_host_pods_and_outside()
    {
        var server = network.Start(new PortMapping("UDP", port, 53)).ServeUdp(53);
        var other = network.Start();
        using var outside = new OutsideMachine();
        Assert.Equal(server.Address, (await Echo.AskUdp("127.0.0.1", port))?.Server);
        Assert.Equal(server.Address, (await Echo.AskUdp(HostAddress, port))?.Server);
        Assert.Equal(server.Address, (await other.AskUdp(HostAddress, port))?.Server);
        Assert.Equal(server.Address, (await server.AskUdp(HostAddress, port))?.Server);
        Assert.Equal(server.Address, (await outside.AskUdp(outside.HostAddress, port))?.Server);
    }

    [Fact]
    public async Task Udp_client_that_goes_on_sending_reaches_the_next_pod_with_that_port()
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await client.ConnectAsync(IPAddress.Loopback, port);
        var first = network.Start(new PortMapping("udp", port, 53)).ServeUdp(53);
        Assert.Equal(first.Address, (await Echo.AskUdpAgain(client))?.Server);
        first.Detach();
        var second = network.Start(new PortMapping("udp", port, 53)).ServeUdp(53);
        Assert.Equal(second.Address, (await Echo.AskUdpAgain(client))?.Server);
    }

    [Fact]
    public async Task Host_ip_limits_a_port_to_one_address()
    {
        var local = network.Start(new PortMapping("tcp", port, 80, "127.0.0.1")).ServeTcp(80);
        var address = network.Start(new PortMapping("tcp", port, 80, HostAddress)).ServeTcp(80);
        Assert.Equal(local.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);
        Assert.Equal(address.Address, (await Echo.AskTcp(HostAddress, port))?.Server);
        Assert.Null(await Echo.AskTcp(network.Network.Gateway, port));
    }

    [Fact]
    public async Task Attacking_pod_does_not_reach_a_service_on_the_hosts_127_0_0_1()
    {
        using var stop = new CancellationTokenSource();
        using var service = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        service.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        service.Listen();
        var servicePort = ((IPEndPoint)service.LocalEndPoint!).Port;
        _ = Echo.ServeTcp(service, "secret", stop.Token);

        var attacker = network.Start();
        attacker.Sh("ip address del 127.0.0.1/8 dev lo");
        attacker.Sh($"ip route add 127.0.0.0/8 via {network.Network.Gateway} src {attacker.Address}");
        attacker.Sh("sysctl -qw net.ipv4.conf.eth0.route_localnet=1");

        // Without the guard the attack works, which shows that it is one.
        TestNetwork.Sh($"nft flush chain ip {network.Options.Name} guard");
        Assert.Equal("secret", (await attacker.AskTcp("127.0.0.1", servicePort))?.Server);

        network.Reopen();
        Assert.Null(await attacker.AskTcp("127.0.0.1", servicePort));
        await stop.CancelAsync();
    }

    [Fact]
    public void Pod_of_ipv4_alone_has_no_ipv6_address_but_on_lo()
    {
        using var plain = new TestNetwork(Tripod.Runtime.Network.PodRanges.None);
        var pod = plain.Start();
        Assert.DoesNotContain("inet6", pod.Sh("ip address show dev eth0"), StringComparison.Ordinal);
        Assert.Contains("::1/128", pod.Sh("ip address show dev lo"), StringComparison.Ordinal);
    }
}
