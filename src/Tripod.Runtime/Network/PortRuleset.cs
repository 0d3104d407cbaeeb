using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>Where a host port leads.</summary>
public sealed record PortTarget(IPAddress Address, int Port);

/// <summary>A bridge of the engine's and the addresses behind it.</summary>
/// <param name="Bridge">The interface.</param>
/// <param name="Range">IPv4's.</param>
/// <param name="Internal">Nothing goes out of it, and nothing comes in.</param>
/// <param name="Range6">IPv6's; null where it has none.</param>
public sealed record BridgeRange(string Bridge, IpCidr Range, bool Internal = false, IpCidr? Range6 = null);

/// <summary>
/// The engine's nft table of one family, IPv4's or IPv6's, as text, and read back. Pure.
/// </summary>
/// <remarks>
/// An accept here does not undo a drop in somebody else's table. What is dropped are packets between two of the engine's
/// own networks, but for those that a host port has led there, and those out of an internal one.
/// </remarks>
/// <param name="table">Its name.</param>
/// <param name="all">The engine's networks; those that have no addresses of the family do not count.</param>
/// <param name="inet6">Of IPv6.</param>
/// <param name="ledFromLoopback">Whether ::1 leads to pods; where answers to it do not arrive it is refused at once.</param>
public sealed class PortRuleset(string table, IReadOnlyList<BridgeRange> all, bool inet6 = false, bool ledFromLoopback = true)
{
    private readonly IReadOnlyList<BridgeRange> networks = [.. all.Where(network => !inet6 || network.Range6 is not null)];
    private readonly string family = inet6 ? "ip6" : "ip", addressType = inet6 ? "ipv6_addr" : "ipv4_addr";
    private readonly string loopback = inet6 ? "::1" : "127.0.0.0/8", multicast = inet6 ? "ff00::/8" : "224.0.0.0/4";

    public PortRuleset(string table, string bridge, IpCidr pods)
        : this(table, [new(bridge, pods)])
    {
    }

    public bool Inet6 => inet6;

    private string AllBridges => string.Join(", ", networks.Select(static network => $"\"{network.Bridge}\""));

    private const string AnyAddress = "hostports", OneAddress = "hostports_ip";

    public string List => $"list table {family} {table}";

    /// <summary>Does not fail where there is none, either.</summary>
    public string Delete => $"""
        add table {family} {table}
        delete table {family} {table}
        """;

    /// <summary>Makes the table, or replaces it as one transaction; connections that stand go on, as they live in conntrack.</summary>
    public string Replace(ImmutableDictionary<HostPort, PortTarget> ports) => $$"""
        {{Delete}}
        table {{family}} {{table}} {
          map {{AnyAddress}} {
            type inet_proto . inet_service : {{addressType}} . inet_service
            {{Elements(ports.Where(static port => port.Key.Address is null))}}
          }
          map {{OneAddress}} {
            type {{addressType}} . inet_proto . inet_service : {{addressType}} . inet_service
            {{Elements(ports.Where(static port => port.Key.Address is not null))}}
          }
          chain {{AnyAddress}} {
            dnat {{family}} to {{family}} daddr . meta l4proto . th dport map @{{OneAddress}}
            dnat {{family}} to meta l4proto . th dport map @{{AnyAddress}}
          }
          # A pod may route this machine's loopback to the bridge, where route_localnet would let it in. Replies to this
          # machine have the bridge's address until conntrack, which comes after raw, gives them the loopback's back.
          chain guard {
            type filter hook prerouting priority raw; policy accept;
            {{OfBridges($"iifname {{ {AllBridges} }} {family} daddr {loopback} drop")}}
          }
          chain forward {
            type filter hook forward priority filter; policy accept;
            {{Isolation()}}
          }
          chain prerouting {
            type nat hook prerouting priority dstnat; policy accept;
            fib daddr type local jump {{AnyAddress}}
          }
          chain output {
            type nat hook output priority -100; policy accept;
            {{(inet6 && !ledFromLoopback ? "ip6 daddr ::1 return" : "")}}
            fib daddr type local jump {{AnyAddress}}
          }
          # From 127.0.0.1, and from a pod to a pod through a host port: the answer must come back this way.
          chain postrouting {
            type nat hook postrouting priority srcnat; policy accept;
            {{OfBridges($"oifname {{ {AllBridges} }} {family} saddr {loopback} masquerade")}}
            {{string.Join("\n            ", networks.SelectMany(Masquerade))}}
          }
        }
        """;

    private IEnumerable<string> Masquerade(BridgeRange network)
    {
        var from = $"{family} saddr {(inet6 ? network.Range6!.Value : network.Range)}";
        return
        [
            $"oifname \"{network.Bridge}\" {from} ct status dnat masquerade",
            .. network.Internal ? Array.Empty<string>() : [$"oifname != {{ \"lo\", \"{network.Bridge}\" }} {from} {family} daddr != {multicast} masquerade"],
        ];
    }

    /// <summary>An empty set is a syntax error.</summary>
    private string OfBridges(string rule) => networks.Count > 0 ? rule : "";

    /// <summary>Between the networks; with one alone there is nothing to keep apart.</summary>
    private string Isolation()
    {
        if (networks.Count == 0 || (networks.Count == 1 && !networks[0].Internal))
        {
            return "";
        }

        List<string> rules = ["ct state established,related accept", "ct status dnat accept"];
        foreach (var network in networks)
        {
            var others = string.Join(", ", networks.Where(other => other != network).Select(static other => $"\"{other.Bridge}\""));
            if (network.Internal)
            {
                rules.Add($"iifname \"{network.Bridge}\" oifname != \"{network.Bridge}\" drop");
                rules.Add($"oifname \"{network.Bridge}\" iifname != \"{network.Bridge}\" drop");
            }
            else if (others.Length > 0)
            {
                rules.Add($"iifname \"{network.Bridge}\" oifname {{ {others} }} drop");
            }
        }

        return string.Join("\n            ", rules);
    }

    public string Add(HostPort port, PortTarget target) => $"add element {family} {table} {Map(port)} {{ {Key(port)} : {Value(target)} }}";

    public string Remove(HostPort port) => $"delete element {family} {table} {Map(port)} {{ {Key(port)} }}";

    /// <summary>The ports in what <see cref="List"/> shows. What is not of this shape was made by another version, and is left out.</summary>
    public static ImmutableDictionary<HostPort, PortTarget> Parse(string json)
    {
        var ports = ImmutableDictionary.CreateBuilder<HostPort, PortTarget>();
        using var document = JsonDocument.Parse(json);
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (!item.TryGetProperty("map", out var map) || !map.TryGetProperty("elem", out var elements)
                || elements.ValueKind != JsonValueKind.Array)
            {
                continue;
            }

            foreach (var element in elements.EnumerateArray())
            {
                if (ParseElement(element) is var (port, target))
                {
                    ports[port] = target;
                }
            }
        }

        return ports.ToImmutable();
    }

    private static (HostPort Port, PortTarget Target)? ParseElement(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2
            || Concatenation(element[0]) is not { Length: 2 or 3 } key || Concatenation(element[1]) is not [var address, var port]
            || ParseProtocol(key[^2]) is not { } protocol
            || !int.TryParse(key[^1], out var hostPort) || !int.TryParse(port, out var targetPort)
            || !TryParseAny(address, out var targetAddress))
        {
            return null;
        }

        IPAddress? hostAddress = null;
        if (key.Length == 3 && !TryParseAny(key[0], out hostAddress))
        {
            return null;
        }

        return (new HostPort(protocol, hostAddress, hostPort), new PortTarget(targetAddress, targetPort));
    }

    private static bool TryParseAny(string text, out IPAddress address) =>
        IpCidr.TryParseAddress(text, out address) || IpCidr.TryParseAddress(text, AddressFamily.InterNetworkV6, out address);

    private static string[]? Concatenation(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("concat", out var parts)
            ? [.. parts.EnumerateArray().Select(static part => part.ToString())]
            : null;

    private static PortProtocol? ParseProtocol(string name) => name switch
    {
        "tcp" => PortProtocol.Tcp,
        "udp" => PortProtocol.Udp,
        "sctp" => PortProtocol.Sctp,
        _ => null,
    };

    // An empty list of elements is a syntax error.
    private static string Elements(IEnumerable<KeyValuePair<HostPort, PortTarget>> ports)
    {
        var elements = string.Join(", ", ports.Select(static port => $"{Key(port.Key)} : {Value(port.Value)}"));
        return elements.Length == 0 ? "" : $"elements = {{ {elements} }}";
    }

    private static string Map(HostPort port) => port.Address is null ? AnyAddress : OneAddress;

    private static string Key(HostPort port) =>
        $"{(port.Address is null ? "" : $"{port.Address} . ")}{port.ProtocolName} . {port.Port}";

    private static string Value(PortTarget target) => $"{target.Address} . {target.Port}";
}
