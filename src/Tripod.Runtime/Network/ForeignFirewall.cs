using System.Text.Json;

namespace Tripod.Runtime.Network;

/// <summary>
/// Finds firewalls that drop what they do not know between interfaces, as Docker's and ufw's do, and the chains that their
/// owners keep for the rules of others. Pure: it is told what <c>list chains</c> shows.
/// </summary>
public static class ForeignFirewall
{
    /// <summary>firewalld's table, which rejects at the end of a chain whose policy says otherwise.</summary>
    public const string Firewalld = "inet firewalld";

    private const string UfwInput = "ufw-user-input", Ufw6Input = "ufw6-user-input";

    // Docker says that DOCKER-USER is for rules of others, and never touches them; ufw keeps its user's rules in the others.
    private static readonly string[] Places = ["DOCKER-USER", "ufw-user-forward", "ufw6-user-forward", UfwInput, Ufw6Input];

    /// <summary>The chains for forwarded packets whose policy is drop, as <c>ip filter FORWARD</c>.</summary>
    /// <param name="json">What <c>list chains</c> shows.</param>
    /// <param name="inet6">Those for IPv6 alone as well.</param>
    public static IReadOnlyList<string> Find(string json, bool inet6 = false) =>
        [.. Chains(json)
            .Where(chain => Text(chain, "hook") == "forward" && Text(chain, "policy") == "drop" && (Text(chain, "family") is "ip" or "inet" || (inet6 && Text(chain, "family") == "ip6")))
            .Select(Name)];

    /// <summary>The chains in which rules of others are at home, as <c>ip filter DOCKER-USER</c>.</summary>
    public static IReadOnlyList<string> FindPlaces(string json, bool inet6) =>
        [.. Chains(json).Where(chain => Places.Contains(Text(chain, "name")) && (Text(chain, "family") == "ip" || (inet6 && Text(chain, "family") == "ip6"))).Select(Name)];

    /// <summary>Those of them in whose table packets are dropped. A firewall that ends or begins lets all through at first; nothing may be in its chains then.</summary>
    public static IReadOnlyList<string> FindNeeded(string json, bool inet6)
    {
        var dropping = Find(json, inet6).Select(TableOf).ToHashSet();
        return [.. FindPlaces(json, inet6).Where(place => dropping.Contains(TableOf(place)))];
    }

    public static bool HasFirewalld(string json) => Chains(json).Any(static chain => $"{Text(chain, "family")} {Text(chain, "table")}" == Firewalld);

    /// <summary>Whether a place is for what comes to this machine itself, and not for what goes through it.</summary>
    public static bool IsInput(string place) => place.EndsWith(UfwInput, StringComparison.Ordinal) || place.EndsWith(Ufw6Input, StringComparison.Ordinal);

    /// <summary>Whether one of the places is passed by what the chain would drop: they are in one table.</summary>
    public static bool IsSettledBy(string chain, IEnumerable<string> places) =>
        places.Any(place => !IsInput(place) && TableOf(chain) == TableOf(place));

    public static string Describe(string chain, string bridge) =>
        $"nftables chain '{chain}' drops packets between interfaces: for pods to reach the outside, and host ports to be reached from there, "
        + (chain.EndsWith(" filter FORWARD", StringComparison.Ordinal) && !chain.StartsWith("inet", StringComparison.Ordinal)
            ? $"run {Program(chain)} -I FORWARD -i {bridge} -j ACCEPT and {Program(chain)} -I FORWARD -o {bridge} -j ACCEPT"
            : $"run nft insert rule {chain} iifname {bridge} accept and nft insert rule {chain} oifname {bridge} accept");

    public static string DescribeFirewalld(string bridge, string reason) =>
        $"firewalld (nftables table '{Firewalld}', chain filter_FORWARD) rejects packets of pods: run firewall-cmd --zone=trusted --change-interface={bridge} ({reason})";

    private static string TableOf(string chain) => chain[..chain.LastIndexOf(' ')];

    private static string Program(string chain) => chain.StartsWith("ip6", StringComparison.Ordinal) ? "ip6tables" : "iptables";

    private static IReadOnlyList<JsonElement> Chains(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(static item => item.TryGetProperty("chain", out _))
            .Select(static item => item.GetProperty("chain").Clone())];
    }

    private static string Name(JsonElement chain) => $"{Text(chain, "family")} {Text(chain, "table")} {Text(chain, "name")}";

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
