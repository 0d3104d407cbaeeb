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

    [Fact]
    public void Description_says_what_to_do() =>
        Assert.Contains("iptables -I FORWARD -i tripod0 -j ACCEPT", ForeignFirewall.Describe("ip filter FORWARD", "tripod0"), StringComparison.Ordinal);
}
