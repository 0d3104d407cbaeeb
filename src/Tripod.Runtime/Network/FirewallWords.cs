using System.Globalization;

namespace Tripod.Runtime.Network;

/// <summary>What a user is told of a firewall that stands between pods and what they need: which chain, and the commands that mend it. Pure.</summary>
public static class FirewallWords
{
    /// <summary>What <c>nft</c> has, and <c>iptables</c> where the chain is one of its own.</summary>
    /// <param name="bridge">The pods'.</param>
    /// <param name="ports">TCP ports of this machine, beside its nameserver's, that pods may ask.</param>
    public static string Of(ForeignChain chain, string bridge, IReadOnlyList<int> ports) =>
        $"nftables chain '{chain}' {What(chain.Hook)}, run "
        + (chain.Name is "FORWARD" or "INPUT" && chain.Table is "ip filter" or "ip6 filter"
            ? Iptables(chain.Table == "ip6 filter" ? "ip6tables" : "iptables", chain.Hook, bridge, ports)
            : string.Join(" and ", Matches(chain.Hook, bridge, ports).Select(match => $"nft insert rule {chain} {match} accept")));

    /// <summary>Of the older tables, which <c>nft</c> does not show.</summary>
    /// <param name="inet6">Those of IPv6.</param>
    public static string OfLegacy(bool inet6, FilterHook hook, string bridge, IReadOnlyList<int> ports)
    {
        var program = inet6 ? "ip6tables-legacy" : "iptables-legacy";
        return $"{program} table 'filter', chain {Chain(hook)} {What(hook)}, run {Iptables(program, hook, bridge, ports)}";
    }

    public static string OfFirewalld(string bridge, string reason) =>
        $"firewalld (nftables table '{ForeignFirewall.Firewalld}', chain filter_FORWARD) rejects packets of pods: run firewall-cmd --zone=trusted --change-interface={bridge} ({reason})";

    private static string What(FilterHook hook) => hook == FilterHook.Forward
        ? "drops packets between interfaces: for pods to reach the outside, and host ports to be reached from there"
        : "drops packets to this machine: for pods to look up names, and to reach the API";

    private static string Chain(FilterHook hook) => hook == FilterHook.Forward ? "FORWARD" : "INPUT";

    private static string Iptables(string program, FilterHook hook, string bridge, IReadOnlyList<int> ports) =>
        string.Join(" and ", (hook == FilterHook.Forward ? [$"-i {bridge}", $"-o {bridge}"] : (string[])[$"-i {bridge} -p udp --dport 53", $"-i {bridge} -p tcp -m multiport --dports {Tcp(ports)}"])
            .Select(match => $"{program} -I {Chain(hook)} {match} -j ACCEPT"));

    private static IEnumerable<string> Matches(FilterHook hook, string bridge, IReadOnlyList<int> ports) => hook == FilterHook.Forward
        ? [$"iifname {bridge}", $"oifname {bridge}"]
        : [$"iifname {bridge} udp dport 53", $"iifname {bridge} tcp dport '{{ {Tcp(ports)} }}'"];

    private static string Tcp(IReadOnlyList<int> ports) => string.Join(',', ports.Prepend(53).Select(static port => port.ToString(CultureInfo.InvariantCulture)));
}
