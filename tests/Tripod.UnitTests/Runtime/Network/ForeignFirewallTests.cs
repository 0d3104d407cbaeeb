using Tripod.Runtime.Network;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class ForeignFirewallTests
{
    [Theory]
    [InlineData("ip", "forward", "drop", true)]
    [InlineData("inet", "forward", "drop", true)]
    [InlineData("ip6", "forward", "drop", false)]
    [InlineData("ip", "forward", "accept", false)]
    [InlineData("ip", "input", "drop", false)]
    public void Only_a_chain_that_drops_forwarded_ipv4_is_an_obstacle(string family, string hook, string policy, bool obstacle)
    {
        var json = $$$"""
            {"nftables": [{"metainfo": {}}, {"chain": {"family": "{{{family}}}", "table": "filter", "name": "FORWARD", "handle": 1,
             "type": "filter", "hook": "{{{hook}}}", "prio": 0, "policy": "{{{policy}}}"}}, {"chain": {"family": "ip", "table": "filter", "name": "DOCKER"}}]}
            """;
        Assert.Equal(obstacle ? [$"{family} filter FORWARD"] : [], ForeignFirewall.Find(json));
    }

    [Theory]
    [InlineData("ip", "DOCKER-USER", false, true)]
    [InlineData("ip6", "DOCKER-USER", false, false)]
    [InlineData("ip6", "DOCKER-USER", true, true)]
    [InlineData("ip", "ufw-user-forward", false, true)]
    [InlineData("ip6", "ufw6-user-forward", true, true)]
    [InlineData("ip", "DOCKER", false, false)]
    public void Chain_that_its_owner_keeps_for_others_is_a_place_that_settles_its_table(string family, string name, bool inet6, bool place)
    {
        var found = ForeignFirewall.FindPlaces($$$"""{"nftables": [{"chain": {"family": "{{{family}}}", "table": "filter", "name": "{{{name}}}"}}]}""", inet6);
        Assert.Equal(place ? [$"{family} filter {name}"] : [], found);
        Assert.Equal(place, ForeignFirewall.IsSettledBy($"{family} filter FORWARD", found));
        Assert.False(ForeignFirewall.IsSettledBy("inet own forward", found));
    }

    [Theory]
    [InlineData("drop", 1)]
    [InlineData("accept", 0)]
    public void Nothing_is_put_where_all_is_let_through_anyway(string policy, int needed) =>
        Assert.Equal(needed, ForeignFirewall.FindNeeded($$$"""
            {"nftables": [{"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "hook": "forward", "policy": "{{{policy}}}"}}, {"chain": {"family": "ip", "table": "filter", "name": "ufw-user-forward"}}]}
            """, inet6: false).Count);

    [Fact]
    public void Chain_for_what_comes_to_the_host_settles_nothing_that_is_forwarded() =>
        Assert.False(ForeignFirewall.IsSettledBy("ip filter FORWARD", ["ip filter ufw-user-input"]));

    [Fact]
    public void Description_says_what_to_do() =>
        Assert.Contains("iptables -I FORWARD -i tripod0 -j ACCEPT", ForeignFirewall.Describe("ip filter FORWARD", "tripod0"), StringComparison.Ordinal);
}
