using System.Text.Json.Nodes;
using Tripod.Runtime.Network;
using Xunit;

namespace Tripod.UnitTests.Runtime.Network;

public sealed class PlaceRulesTests
{
    private const string Docker = "ip filter DOCKER-USER", Ufw = "ip filter ufw-user-input";

    private readonly PlaceRules rules = new("tripod", ["tripod0"], [6443]);

    [Fact]
    public void Both_directions_are_let_through_where_packets_are_forwarded() =>
        Assert.Equal(
            [
                "insert rule ip filter DOCKER-USER iifname \"tripod0\" counter accept comment \"tripod: iifname tripod0\"",
                "insert rule ip filter DOCKER-USER oifname \"tripod0\" counter accept comment \"tripod: oifname tripod0\"",
            ],
            rules.Missing(Docker, Shown()));

    [Fact]
    public void Pods_may_ask_the_host_for_names_and_its_api_alone() =>
        Assert.Equal(
            [
                "insert rule ip filter ufw-user-input iifname \"tripod0\" tcp dport 6443 counter accept comment \"tripod: iifname tripod0 tcp dport 6443\"",
                "insert rule ip filter ufw-user-input iifname \"tripod0\" udp dport 53 counter accept comment \"tripod: iifname tripod0 udp dport 53\"",
                "insert rule ip filter ufw-user-input iifname \"tripod0\" tcp dport 53 counter accept comment \"tripod: iifname tripod0 tcp dport 53\"",
            ],
            rules.Missing(Ufw, Shown()));

    [Fact]
    public void What_stands_already_is_left_and_what_is_no_longer_wanted_goes() =>
        Assert.Equal(
            ["delete rule ip filter DOCKER-USER handle 7", "insert rule ip filter DOCKER-USER oifname \"tripod0\" counter accept comment \"tripod: oifname tripod0\""],
            rules.Missing(Docker, Shown((4, "tripod: iifname tripod0"), (7, "tripod: iifname br-gone"), (8, "tripod2: iifname tripod20"), (9, null))));

    [Fact]
    public void Only_the_engines_own_rules_are_taken_away() =>
        Assert.Equal(
            ["delete rule ip filter DOCKER-USER handle 4"],
            rules.Gone(Docker, Shown((4, "tripod: iifname tripod0"), (8, "tripod2: iifname tripod20"), (9, null))));

    private static string Shown(params (int Handle, string? Comment)[] there)
    {
        var rules = there.Select(static rule => new JsonObject
        {
            ["rule"] = new JsonObject { ["family"] = "ip", ["handle"] = rule.Handle, ["comment"] = rule.Comment, ["expr"] = new JsonArray() },
        });
        var chain = new JsonObject { ["chain"] = new JsonObject { ["family"] = "ip", ["table"] = "filter", ["name"] = "DOCKER-USER" } };
        return new JsonObject { ["nftables"] = new JsonArray([new JsonObject { ["metainfo"] = new JsonObject() }, chain, .. rules]) }.ToJsonString();
    }
}
