using System.Net;
using System.Net.Sockets;
using Tripod.Linux.Networking;
using Tripod.Runtime;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.IntegrationTests.Network;

/// <summary>What pods have where the machine speaks IPv6; where it does not, the tests say so.</summary>
public sealed class DualStackTests : IDisposable
{
    private readonly TestNetwork network;
    private readonly int port = TestNetwork.FreePort();

    public DualStackTests()
    {
        Assert.SkipUnless(Inet6.IsPresent(), "this machine has no IPv6");
        network = new();
    }

    private static string? HostAddress
    {
        get
        {
            using var route = RouteNetlink.Open();
            return route.Addresses(inet6: true).FirstOrDefault(static address => !Inet6.IsOfLink(address.Address))?.Address.ToString();
        }
    }

    public void Dispose() => network?.Dispose();

    [Fact]
    public async Task Pods_reach_each_other_and_the_bridge_by_ipv6_from_the_first_packet_on()
    {
        var server = network.Start().ServeTcp(80, inet6: true);
        var client = network.Start();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(new Answer(server.Address, client.Address6), await client.AskTcp(server.Address6, 80));
        Assert.Equal(new Answer(server.Address, network.Network.Gateway6!), await Echo.AskTcp(server.Address6, 80));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 900);
    }

    [Fact]
    public void Addresses_are_usable_at_once_and_have_the_place_of_the_ipv4_address()
    {
        var pod = network.Start();
        Assert.DoesNotContain("tentative", pod.Sh("ip -6 address show dev eth0"), StringComparison.Ordinal);
        Assert.Contains($"default via {network.Network.Gateway6}", pod.Sh("ip -6 route"), StringComparison.Ordinal);
        Assert.EndsWith($"::{int.Parse(pod.Address.Split('.')[3], System.Globalization.CultureInfo.InvariantCulture):x}", pod.Address6, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_port_answers_on_ipv6_addresses_of_the_host_to_the_host_another_pod_and_the_pod_itself()
    {
        var server = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80, inet6: true);
        var client = network.Start();
        foreach (var address in ((string?[])[HostAddress, network.Network.Gateway6]).OfType<string>())
        {
            Assert.Equal(server.Address, (await Echo.AskTcp(address, port))?.Server);
            Assert.Equal(server.Address, (await client.AskTcp(address, port))?.Server);
            Assert.Equal(server.Address, (await server.AskTcp(address, port))?.Server);
        }
    }

    [Fact]
    public async Task Host_port_on_loopback_answers_or_is_refused_at_once()
    {
        network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80, inet6: true);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var answer = await Echo.AskTcp("::1", port);
        Assert.Equal(Inet6.IsLoopbackAnswered(), answer is not null);
        Assert.InRange(clock.ElapsedMilliseconds, 0, 2000);
    }

    [Fact]
    public async Task Several_pods_have_the_same_port_on_different_addresses()
    {
        Assert.SkipUnless(HostAddress is not null, "this machine has no IPv6 address but ::1");
        var outside = network.Start(new PortMapping("tcp", port, 80, HostAddress!)).ServeTcp(80, inet6: true);
        var inside = network.Start(new PortMapping("tcp", port, 80, network.Network.Gateway6!)).ServeTcp(80, inet6: true);
        var local = network.Start(new PortMapping("tcp", port, 80, "127.0.0.1")).ServeTcp(80);
        Assert.Equal(outside.Address, (await Echo.AskTcp(HostAddress!, port))?.Server);
        Assert.Equal(inside.Address, (await Echo.AskTcp(network.Network.Gateway6!, port))?.Server);
        Assert.Equal(local.Address, (await Echo.AskTcp("127.0.0.1", port))?.Server);
    }

    [Fact]
    public async Task Datagrams_from_one_socket_reach_the_ports_next_owner()
    {
        var first = network.Start(new PortMapping("udp", port, 53)).ServeUdp(53, inet6: true);
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(network.Network.Gateway6!), port));
        Assert.Equal(first.Address, (await Echo.AskUdpAgain(socket))?.Server);
        first.Detach();
        var second = network.Start(new PortMapping("udp", port, 53)).ServeUdp(53, inet6: true);
        Assert.Equal(second.Address, (await Echo.AskUdpAgain(socket))?.Server);
    }

    [Fact]
    public void Held_port_cannot_be_taken_on_ipv6_by_another_process()
    {
        var held = PodNetwork.HoldHostPorts([new PortMapping("tcp", port, 80, "::1")]);
        try
        {
            using var thief = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            Assert.Throws<SocketException>(() => thief.Bind(new IPEndPoint(IPAddress.IPv6Loopback, port)));
            using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            other.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        finally
        {
            held[0].Dispose();
        }
    }

    [Fact]
    public async Task Service_of_the_host_on_loopback_is_out_of_a_pods_reach()
    {
        using var service = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        service.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        service.Listen();
        var pod = network.Start();
        pod.Sh("ip -6 address del ::1/128 dev lo");
        pod.Sh($"ip -6 route add ::1 via {network.Network.Gateway6} dev eth0");
        Assert.Null(await pod.AskTcp("::1", ((IPEndPoint)service.LocalEndPoint!).Port));
    }

    [Fact]
    public async Task Pods_outside_ipv6_goes_by_the_hosts_address()
    {
        using var outside = new OutsideMachine();
        outside.ServeTcp(80);
        var pod = network.Start();
        _ = network.Network.KeepRules(TestContext.Current.CancellationToken);
        await Fixtures.Engine.Eventually(
            async () => await pod.AskTcp(outside.Address6, 80) == new Answer(outside.Address, outside.HostAddress6), "the pod's connection arrives from the host's address", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Next_engine_finds_addresses_and_ports_again()
    {
        var pod = network.Start(new PortMapping("tcp", port, 80)).ServeTcp(80, inet6: true);
        network.Reopen();
        network.Network.Restore(pod.Id, pod.Address, [new PortMapping("tcp", port, 80)], pod.Address6);
        network.Network.Prune();
        Assert.Equal(pod.Address, (await Echo.AskTcp(network.Network.Gateway6!, port))?.Server);
        Assert.NotEqual(pod.Address6, network.Start().Address6);
    }

    [Fact]
    public void Same_engine_has_the_same_network_and_another_has_another()
    {
        using var other = new TestNetwork();
        Assert.NotEqual(network.Network.Gateway6, other.Network.Gateway6);
        var before = network.Network.Gateway6;
        network.Reopen();
        Assert.Equal(before, network.Network.Gateway6);
    }

    [Fact]
    public void Without_ipv6_pods_have_none_and_a_port_on_such_an_address_is_refused()
    {
        using var plain = new TestNetwork(PodRanges.None);
        var pod = plain.Start();
        Assert.Equal("", pod.Address6);
        Assert.DoesNotContain("inet6", pod.Sh("ip address show dev eth0"), StringComparison.Ordinal);
        var refused = Assert.Throws<RuntimeException>(() => plain.Start(new PortMapping("tcp", port, 80, "::1")));
        Assert.Contains($"[::1]:{port}/tcp", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Down_leaves_neither_table_nor_route()
    {
        using (var own = new TestNetwork("fd5a:1d2c:77::/64"))
        {
            Assert.Equal("fd5a:1d2c:77::1", own.Network.Gateway6);
            own.Network.Close();
            Assert.DoesNotContain(own.Options.Name, TestNetwork.Sh("nft list tables; ip -6 route show table all"), StringComparison.Ordinal);
        }
    }
}
