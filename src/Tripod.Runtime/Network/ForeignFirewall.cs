using System.Text.Json;

namespace Tripod.Runtime.Network;

/// <summary>
/// Finds firewalls that drop what they do not know, as Docker's and ufw's do, and the chains that their owners keep for the
/// rules of others. Pure: it is told what <c>list chains</c> and <c>list chain</c> show.
/// </summary>
public static class ForeignFirewall
{
    /// <summary>firewalld's table, which rejects at the end of chains whose policies say otherwise, and has zones for what is let through.</summary>
    public const string Firewalld = "inet firewalld";

    private const string UfwInput = "ufw-user-input", Ufw6Input = "ufw6-user-input";

    // Docker says that DOCKER-USER is for rules of others, and never touches them; ufw keeps its user's rules in the others.
    private static readonly string[] Places = ["DOCKER-USER", "ufw-user-forward", "ufw6-user-forward", UfwInput, Ufw6Input];

    // What a rule may say beside its verdict without choosing among packets.
    private static readonly string[] NoMatch = ["counter", "log", "comment"];

    /// <summary>The chains that packets of pods pass on their way through this machine, or to it; the engine's own tables are for whoever calls to leave out.</summary>
    /// <param name="json">What <c>list chains</c> shows.</param>
    /// <param name="inet6">Those for IPv6 alone as well.</param>
    public static IReadOnlyList<ForeignChain> Find(string json, bool inet6 = false) =>
        [.. Elements(json, "chain")
            .Where(chain => Text(chain, "hook") is "forward" or "input" && Text(chain, "type") == "filter" && (Text(chain, "family") is "ip" or "inet" || (inet6 && Text(chain, "family") == "ip6")))
            .Select(chain => new ForeignChain($"{Text(chain, "family")} {Text(chain, "table")}", Text(chain, "name"), Text(chain, "hook") == "input" ? FilterHook.Input : FilterHook.Forward, Text(chain, "policy") == "drop"))];

    /// <summary>Whether a packet that no rule of it speaks of ends there: by the policy, or by a last rule that is for all.</summary>
    /// <param name="chain">One that <see cref="Find"/> found.</param>
    /// <param name="shown">What <c>list chain</c> shows of it.</param>
    public static bool DropsTheRest(ForeignChain chain, string shown) =>
        chain.DropsByPolicy || (Elements(shown, "rule") is [.., var last] && last.TryGetProperty("expr", out var expressions)
            && expressions.EnumerateArray().Select(static expression => expression.EnumerateObject().First().Name).Where(static name => !NoMatch.Contains(name)).ToList() is ["drop" or "reject"]);

    /// <summary>The chains in which rules of others are at home, as <c>ip filter DOCKER-USER</c>.</summary>
    public static IReadOnlyList<string> FindPlaces(string json, bool inet6) =>
        [.. Elements(json, "chain").Where(chain => Places.Contains(Text(chain, "name")) && (Text(chain, "family") == "ip" || (inet6 && Text(chain, "family") == "ip6")))
            .Select(chain => $"{Text(chain, "family")} {Text(chain, "table")} {Text(chain, "name")}")];

    /// <summary>Those of them in whose table packets of that kind are dropped. A firewall that ends or begins lets all through at first; nothing may be in its chains then.</summary>
    public static IReadOnlyList<string> FindNeeded(string json, bool inet6)
    {
        var dropping = Find(json, inet6).Where(static chain => chain.DropsByPolicy).ToList();
        return [.. FindPlaces(json, inet6).Where(place => dropping.Exists(chain => IsSettledBy(chain, [place])))];
    }

    public static bool HasFirewalld(string json) => Elements(json, "chain").Any(static chain => $"{Text(chain, "family")} {Text(chain, "table")}" == Firewalld);

    /// <summary>Whether a place is for what comes to this machine itself, and not for what goes through it.</summary>
    public static bool IsInput(string place) => place.EndsWith(UfwInput, StringComparison.Ordinal) || place.EndsWith(Ufw6Input, StringComparison.Ordinal);

    /// <summary>Whether one of the places is passed by what the chain would drop: they are in one table, and for the same packets.</summary>
    public static bool IsSettledBy(ForeignChain chain, IEnumerable<string> places) =>
        places.Any(place => IsInput(place) == (chain.Hook == FilterHook.Input) && place[..place.LastIndexOf(' ')] == chain.Table);

    private static IReadOnlyList<JsonElement> Elements(string json, string kind)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty(kind, out _))
            .Select(item => item.GetProperty(kind).Clone())];
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
