using Tripod.Runtime.Network;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class ForeignFirewallTests
{
    private static readonly ForeignChain Forward = new("ip filter", "FORWARD", FilterHook.Forward, DropsByPolicy: true), Input = new("ip filter", "INPUT", FilterHook.Input, DropsByPolicy: true);

    [Theory]
    [InlineData("ip", "filter", "forward", true)]
    [InlineData("inet", "filter", "forward", true)]
    [InlineData("ip6", "filter", "forward", false)]
    [InlineData("ip", "filter", "input", true)]
    [InlineData("ip", "nat", "input", false)]
    [InlineData("ip", "filter", "output", false)]
    public void Only_filters_that_packets_of_pods_pass_are_of_interest(string family, string type, string hook, bool found)
    {
        var json = $$$"""
            {"nftables": [{"metainfo": {}}, {"chain": {"family": "{{{family}}}", "table": "filter", "name": "C", "handle": 1,
             "type": "{{{type}}}", "hook": "{{{hook}}}", "prio": 0, "policy": "drop"}}, {"chain": {"family": "ip", "table": "filter", "name": "DOCKER"}}]}
            """;
        Assert.Equal(found ? [$"{family} filter C"] : [], ForeignFirewall.Find(json).Select(chain => chain.ToString()));
    }

    [Theory]
    [InlineData("""[{"drop": null}]""", true)]
    [InlineData("""[{"counter": {"packets": 0, "bytes": 0}}, {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}]""", true)]
    [InlineData("""[{"log": {"prefix": "no"}}, {"drop": null}]""", true)]
    [InlineData("""[{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}}, {"drop": null}]""", false)]
    [InlineData("""[{"accept": null}]""", false)]
    public void Chain_that_accepts_by_policy_may_drop_the_rest_by_its_last_rule(string expressions, bool drops)
    {
        var shown = $$$"""{"nftables": [{"rule": {"expr": [{"drop": null}]}}, {"rule": {"expr": {{{expressions}}}}}]}""";
        Assert.Equal(drops, ForeignFirewall.DropsTheRest(Forward with { DropsByPolicy = false }, shown));
        Assert.True(ForeignFirewall.DropsTheRest(Forward, shown));
        Assert.False(ForeignFirewall.DropsTheRest(Forward with { DropsByPolicy = false }, """{"nftables": []}"""));
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
        Assert.Equal(place, ForeignFirewall.IsSettledBy(Forward with { Table = $"{family} filter" }, found));
        Assert.False(ForeignFirewall.IsSettledBy(Forward with { Table = "inet own" }, found));
    }

    [Theory]
    [InlineData("FORWARD", "drop", "ufw-user-forward", 1)]
    [InlineData("FORWARD", "accept", "ufw-user-forward", 0)]
    [InlineData("INPUT", "drop", "ufw-user-input", 1)]
    [InlineData("INPUT", "drop", "ufw-user-forward", 0)]
    public void Nothing_is_put_where_all_is_let_through_anyway(string chain, string policy, string place, int needed) =>
        Assert.Equal(needed, ForeignFirewall.FindNeeded(
            $$$"""
            {"nftables": [{"chain": {"family": "ip", "table": "filter", "name": "{{{chain}}}", "type": "filter", "hook": "{{{chain.ToLowerInvariant()}}}", "policy": "{{{policy}}}"}}, {"chain": {"family": "ip", "table": "filter", "name": "{{{place}}}"}}]}
            """,
            inet6: false).Count);

    [Fact]
    public void Chain_for_what_comes_to_the_host_settles_nothing_that_is_forwarded_nor_the_reverse()
    {
        Assert.False(ForeignFirewall.IsSettledBy(Forward, ["ip filter ufw-user-input"]));
        Assert.False(ForeignFirewall.IsSettledBy(Input, ["ip filter DOCKER-USER"]));
        Assert.True(ForeignFirewall.IsSettledBy(Input, ["ip filter ufw-user-input"]));
    }

    [Fact]
    public void Words_name_the_chain_and_the_commands_that_mend_it()
    {
        Assert.EndsWith(
            "run iptables -I FORWARD -i tripod0 -j ACCEPT and iptables -I FORWARD -o tripod0 -j ACCEPT",
            FirewallWords.Of(Forward, "tripod0", []), StringComparison.Ordinal);
        Assert.EndsWith(
            "run ip6tables -I INPUT -i tripod0 -p udp --dport 53 -j ACCEPT and ip6tables -I INPUT -i tripod0 -p tcp -m multiport --dports 53,6443 -j ACCEPT",
            FirewallWords.Of(Input with { Table = "ip6 filter" }, "tripod0", [6443]), StringComparison.Ordinal);
        Assert.Equal(
            "nftables chain 'inet filter input' drops packets to this machine: for pods to look up names, and to reach the API, "
            + "run nft insert rule inet filter input iifname tripod0 udp dport 53 accept and nft insert rule inet filter input iifname tripod0 tcp dport '{ 53,6443 }' accept",
            FirewallWords.Of(new("inet filter", "input", FilterHook.Input, DropsByPolicy: true), "tripod0", [6443]));
        Assert.StartsWith("iptables-legacy table 'filter', chain FORWARD drops", FirewallWords.OfLegacy(inet6: false, FilterHook.Forward, "tripod0", []), StringComparison.Ordinal);
    }
}
