using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>Other firewalls of this machine that keep pods from what they need, and have neither a place for rules of others nor one that lets the bridge through.</summary>
public static class FirewallObstacles
{
    /// <summary>Changes nothing.</summary>
    /// <param name="engine">Whose own tables are left out.</param>
    /// <param name="bridge">The pods'.</param>
    /// <param name="inet6">Whether pods have IPv6.</param>
    /// <param name="ports">TCP ports of this machine that pods may ask.</param>
    /// <returns>Sentences for a user, each with the way out.</returns>
    /// <exception cref="NftablesException">The kernel cannot be asked.</exception>
    public static IReadOnlyList<string> Find(string engine, string bridge, bool inet6, IReadOnlyList<int> ports)
    {
        var chains = Nftables.List("list chains");
        var places = ForeignFirewall.FindPlaces(chains, inet6);
        return
        [
            .. ForeignFirewall.Find(chains, inet6)
                .Where(chain => chain.Table is not ForeignFirewall.Firewalld && !chain.Table.EndsWith($" {engine}", StringComparison.Ordinal) && !ForeignFirewall.IsSettledBy(chain, places) && Stops(chain, bridge))
                .Select(chain => FirewallWords.Of(chain, bridge, ports)),
            .. Legacy(inet6: false, bridge, ports),
            .. inet6 ? Legacy(inet6: true, bridge, ports) : [],
        ];
    }

    /// <summary>Whoever has written a rule with the bridge's name has let it through.</summary>
    private static bool Stops(ForeignChain chain, string bridge)
    {
        try
        {
            var shown = Nftables.List($"list chain {chain}");
            return ForeignFirewall.DropsTheRest(chain, shown) && !shown.Contains($"\"{bridge}\"", StringComparison.Ordinal);
        }
        catch (NftablesException)
        {
            return false; // It has gone meanwhile.
        }
    }

    private static IEnumerable<string> Legacy(bool inet6, string bridge, IReadOnlyList<int> ports) =>
        from chain in LegacyTables.Filter(inet6)
        where chain.Drops && !chain.Interfaces.Contains(bridge, StringComparer.Ordinal)
        select FirewallWords.OfLegacy(inet6, chain.IsForward ? FilterHook.Forward : FilterHook.Input, bridge, ports);
}
