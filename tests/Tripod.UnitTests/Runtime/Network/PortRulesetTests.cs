using System.Collections.Immutable;
using System.Net;
using Tripod.Linux.Networking;
using Tripod.Runtime;
using Tripod.Runtime.Network;
using Tripod.Runtime.Sandboxes;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class PortRulesetTests
{
    private static readonly HostPort Everywhere = new(PortProtocol.Tcp, null, 8888);
    private static readonly HostPort Local = new(PortProtocol.Udp, IPAddress.Loopback, 53);
    private static readonly PortTarget Target = new(IPAddress.Parse("10.63.0.2"), 80);

    private readonly PortRuleset ruleset = new("tripod", "tripod0", IpCidr.Around(IPAddress.Parse("10.63.0.0"), 16));

    [Fact]
    public void Port_on_every_address_and_port_on_one_go_to_different_maps()
    {
        Assert.Equal("add element ip tripod hostports { tcp . 8888 : 10.63.0.2 . 80 }", ruleset.Add(Everywhere, Target));
        Assert.Equal("add element ip tripod hostports_ip { 127.0.0.1 . udp . 53 : 10.63.0.2 . 80 }", ruleset.Add(Local, Target));
        Assert.Equal("delete element ip tripod hostports { tcp . 8888 }", ruleset.Remove(Everywhere));
        Assert.Equal("delete element ip tripod hostports_ip { 127.0.0.1 . udp . 53 }", ruleset.Remove(Local));
    }

    [Fact]
    public void Whole_table_replaces_the_old_one_and_holds_the_ports()
    {
        var text = ruleset.Replace(ImmutableDictionary<HostPort, PortTarget>.Empty.Add(Everywhere, Target).Add(Local, Target));
        Assert.StartsWith("add table ip tripod\ndelete table ip tripod\ntable ip tripod {", text, StringComparison.Ordinal);
        Assert.Contains("elements = { tcp . 8888 : 10.63.0.2 . 80 }", text, StringComparison.Ordinal);
        Assert.Contains("elements = { 127.0.0.1 . udp . 53 : 10.63.0.2 . 80 }", text, StringComparison.Ordinal);
        Assert.Contains("iifname { \"tripod0\" } ip daddr 127.0.0.0/8 drop", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_are_kept_apart_but_for_what_a_host_port_has_led_there()
    {
        Assert.DoesNotContain("dnat accept", ruleset.Replace(ImmutableDictionary<HostPort, PortTarget>.Empty), StringComparison.Ordinal);
        IpCidr.TryParse("10.63.0.0/16", out var pods);
        IpCidr.TryParse("172.18.0.0/16", out var own);
        IpCidr.TryParse("172.19.0.0/16", out var inside);
        var text = new PortRuleset("tripod", [new("tripod0", pods), new("br-own", own), new("br-in", inside, Internal: true)]).Replace(ImmutableDictionary<HostPort, PortTarget>.Empty);
        Assert.Contains("ct status dnat accept", text, StringComparison.Ordinal);
        Assert.Contains("iifname \"br-own\" oifname { \"tripod0\", \"br-in\" } drop", text, StringComparison.Ordinal);
        Assert.Contains("iifname \"br-in\" oifname != \"br-in\" drop", text, StringComparison.Ordinal);
        Assert.Contains("ip saddr 172.18.0.0/16 ip daddr != 224.0.0.0/4 masquerade", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ip saddr 172.19.0.0/16 ip daddr != 224.0.0.0/4 masquerade", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Ipv6_has_a_table_of_its_own_with_the_networks_that_have_it()
    {
        IpCidr.TryParse("10.63.0.0/16", out var pods);
        IpCidr.TryParse("fd12::/64", System.Net.Sockets.AddressFamily.InterNetworkV6, out var pods6);
        IpCidr.TryParse("172.18.0.0/16", out var own);
        var inet6 = new PortRuleset("tripod", [new("tripod0", pods, Range6: pods6), new("br-own", own)], inet6: true);
        var target = new PortTarget(IPAddress.Parse("fd12::2"), 80);
        var text = inet6.Replace(ImmutableDictionary<HostPort, PortTarget>.Empty.Add(Everywhere, target));
        Assert.StartsWith("add table ip6 tripod\ndelete table ip6 tripod\ntable ip6 tripod {", text, StringComparison.Ordinal);
        Assert.Contains("elements = { tcp . 8888 : fd12::2 . 80 }", text, StringComparison.Ordinal);
        Assert.Contains("iifname { \"tripod0\" } ip6 daddr ::1 drop", text, StringComparison.Ordinal);
        Assert.Contains("ip6 saddr fd12::/64 ip6 daddr != ff00::/8 masquerade", text, StringComparison.Ordinal);
        Assert.DoesNotContain("br-own", text, StringComparison.Ordinal);
        Assert.Equal("add element ip6 tripod hostports_ip { ::1 . tcp . 80 : fd12::2 . 80 }", inet6.Add(new(PortProtocol.Tcp, IPAddress.IPv6Loopback, 80), target));
        Assert.DoesNotContain("::1 return", text, StringComparison.Ordinal);
        Assert.Contains("ip6 daddr ::1 return", new PortRuleset("tripod", [], inet6: true, ledFromLoopback: false).Replace(ImmutableDictionary<HostPort, PortTarget>.Empty), StringComparison.Ordinal);
    }

    [Fact]
    public void Table_without_ports_has_no_empty_list() =>
        Assert.DoesNotContain("elements", ruleset.Replace(ImmutableDictionary<HostPort, PortTarget>.Empty), StringComparison.Ordinal);

    [Fact]
    public void Ports_are_read_back_from_what_nftables_shows()
    {
        var ports = PortRuleset.Parse("""
            {"nftables": [{"metainfo": {"version": "1.0.6"}}, {"table": {"family": "ip", "name": "tripod", "handle": 2}},
             {"map": {"family": "ip", "name": "hostports", "table": "tripod", "type": ["inet_proto", "inet_service"], "map": "ipv4_addr . inet_service",
              "elem": [[{"concat": ["tcp", 8888]}, {"concat": ["10.63.0.2", 80]}], [{"concat": ["weird", 1]}, {"concat": ["10.63.0.2", 80]}], "junk"]}},
             {"map": {"name": "hostports_ip", "elem": [[{"concat": ["127.0.0.1", "udp", 53]}, {"concat": ["10.63.0.2", 80]}]]}},
             {"map": {"name": "empty"}}]}
            """);
        Assert.Equal(ImmutableDictionary<HostPort, PortTarget>.Empty.Add(Everywhere, Target).Add(Local, Target).ToHashSet(), ports.ToHashSet());
    }

    [Theory]
    [InlineData("TCP", 8888, "", "8888/tcp")]
    [InlineData("", 8888, "0.0.0.0", "8888/tcp")]
    [InlineData("udp", 53, "::", "53/udp")]
    [InlineData("sctp", 9, "192.0.2.1", "192.0.2.1:9/sctp")]
    [InlineData("tcp", 80, "2001:db8::1", "[2001:db8::1]:80/tcp")]
    public void Mapping_is_read_in_every_spelling(string protocol, int port, string hostIp, string expected) =>
        Assert.Equal(expected, HostPort.From(new PortMapping(protocol, port, 80, hostIp))?.ToString());

    [Fact]
    public void Mapping_without_host_port_asks_for_nothing() => Assert.Null(HostPort.From(new PortMapping("tcp", 0, 80)));

    [Theory]
    [InlineData("icmp", 1, 80, "")]
    [InlineData("tcp", -1, 80, "")]
    [InlineData("tcp", 65536, 80, "")]
    [InlineData("tcp", 1, 0, "")]
    [InlineData("tcp", 1, 80, "localhost")]
    [InlineData("tcp", 1, 80, "127.0.0.1 } ; flush ruleset")]
    public void Mapping_that_makes_no_sense_is_refused(string protocol, int hostPort, int containerPort, string hostIp)
    {
        var error = Assert.Throws<RuntimeException>(() => HostPort.From(new PortMapping(protocol, hostPort, containerPort, hostIp)));
        Assert.Equal(RuntimeErrorKind.InvalidArgument, error.Kind);
    }
}
