using System.Net;
using Tripod.Linux.Networking;
using Tripod.Runtime.Network;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class IpCidrTests
{
    [Theory]
    [InlineData("10.63.0.0/16", 65536)]
    [InlineData("192.168.7.128/25", 128)]
    [InlineData("0.0.0.0/0", 4294967296)]
    [InlineData("1.2.3.4/32", 1)]
    public void Network_reads_back_as_it_was_written(string text, long size)
    {
        Assert.True(IpCidr.TryParse(text, out var cidr));
        Assert.Equal(text, cidr.ToString());
        Assert.Equal(size, cidr.Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.63.0.0")]
    [InlineData("10.63.0.0/")]
    [InlineData("10.63.0.0/33")]
    [InlineData("10.63.0.0/-1")]
    [InlineData("10.63.0.1/16")]
    [InlineData("10.63/16")]
    [InlineData("010.63.0.0/16")]
    [InlineData("fd00::/64")]
    [InlineData("10.63.0.0/16/1")]
    public void What_is_no_network_is_refused(string text) => Assert.False(IpCidr.TryParse(text, out _));

    [Theory]
    [InlineData("fd12:3456::/64", 1L << 62)]
    [InlineData("fd12:3456::/112", 65536)]
    [InlineData("2001:db8::/32", 1L << 62)]
    public void Ipv6_network_reads_back_as_it_was_written(string text, long size)
    {
        Assert.True(IpCidr.TryParse(text, System.Net.Sockets.AddressFamily.InterNetworkV6, out var cidr));
        Assert.Equal(text, cidr.ToString());
        Assert.Equal(size, cidr.Size);
        Assert.Equal(300, cidr.IndexOf(cidr[300]));
        Assert.False(cidr.Contains(System.Net.IPAddress.Parse("10.63.0.1")));
        Assert.False(IpCidr.TryParse(text, out _));
    }

    [Theory]
    [InlineData("10.63.0.0/16", "10.0.0.0/8", true)]
    [InlineData("10.63.0.0/16", "10.63.4.0/24", true)]
    [InlineData("10.63.0.0/16", "10.64.0.0/16", false)]
    [InlineData("10.63.0.0/16", "0.0.0.0/0", true)]
    [InlineData("10.63.0.0/17", "10.63.128.0/17", false)]
    public void Overlap_goes_both_ways(string left, string right, bool overlaps)
    {
        Assert.Equal(overlaps, Cidr(left).Overlaps(Cidr(right)));
        Assert.Equal(overlaps, Cidr(right).Overlaps(Cidr(left)));
    }

    [Fact]
    public void Addresses_are_counted_from_the_networks_own()
    {
        var cidr = Cidr("10.63.0.0/16");
        Assert.Equal("10.63.1.0", cidr[256].ToString());
        Assert.Equal(256, cidr.IndexOf(cidr[256]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cidr[65536]);
        Assert.Throws<ArgumentOutOfRangeException>(() => cidr.IndexOf(IPAddress.Parse("10.64.0.0")));
    }

    [Theory]
    [InlineData("10.63.9.9", 16, 3, "10.0.0.0", 0, 3, "address 10.63.9.9/16 of eth1")]
    [InlineData("192.168.0.1", 24, 3, "10.0.0.0", 8, 3, "route 10.0.0.0/8 of eth1")]
    [InlineData("192.168.0.1", 24, 3, "0.0.0.0", 0, 3, null)]
    [InlineData("192.168.0.1", 24, 3, "10.63.7.0", 24, 0, "route 10.63.7.0/24 of no interface")]
    [InlineData("10.63.0.1", 16, 7, "10.63.0.0", 16, 7, null)]
    public void Conflict_with_the_host_is_named_but_the_bridges_own_is_none(
        string address, int addressLength, int addressLink, string route, int routeLength, int routeLink, string? expected)
    {
        Link[] links = [new() { Index = 3, Name = "eth1" }, new() { Index = 7, Name = "tripod0" }];
        InterfaceAddress[] addresses = [new(IPAddress.Parse(address), addressLength) { Interface = addressLink }];
        Route[] routes = [new(IPAddress.Parse(route), routeLength) { Interface = routeLink }];
        Assert.Equal(expected, CidrConflict.Find(Cidr("10.63.0.0/16"), 7, links, addresses, routes));
    }

    private static IpCidr Cidr(string text) => IpCidr.TryParse(text, out var cidr) ? cidr : throw new FormatException(text);
}
