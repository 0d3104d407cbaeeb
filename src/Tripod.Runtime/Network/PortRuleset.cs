using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>Where a host port leads.</summary>
public sealed record PortTarget(IPAddress Address, int Port);

/// <summary>A bridge of the engine's and the addresses behind it.</summary>
/// <param name="Internal">Nothing goes out of it, and nothing comes in.</param>
public sealed record BridgeRange(string Bridge, Ipv4Cidr Range, bool Internal = false);

/// <summary>
/// The engine's nft table as text, and read back. Pure. IPv4; a family of its own name beside it would be IPv6's.
/// </summary>
/// <remarks>
/// An accept here does not undo a drop in somebody else's table. What is dropped are packets between two of the engine's
/// own networks, but for those that a host port has led there, and those out of an internal one.
/// </remarks>
public sealed class PortRuleset(string table, IReadOnlyList<BridgeRange> networks)
{
    public PortRuleset(string table, string bridge, Ipv4Cidr pods)
        : this(table, [new(bridge, pods)])
    {
    }

    private string AllBridges => string.Join(", ", networks.Select(static network => $"\"{network.Bridge}\""));

    private const string AnyAddress = "hostports", OneAddress = "hostports_ip";

    public string List => $"list table ip {table}";

    /// <summary>Does not fail where there is none, either.</summary>
    public string Delete => $"""
        add table ip {table}
        delete table ip {table}
        """;

    /// <summary>Makes the table, or replaces it as one transaction; connections that stand go on, as they live in conntrack.</summary>
    public string Replace(ImmutableDictionary<HostPort, PortTarget> ports) => $$"""
        {{Delete}}
        table ip {{table}} {
          map {{AnyAddress}} {
            type inet_proto . inet_service : ipv4_addr . inet_service
            {{Elements(ports.Where(static port => port.Key.Address is null))}}
          }
          map {{OneAddress}} {
            type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
            {{Elements(ports.Where(static port => port.Key.Address is not null))}}
          }
          chain {{AnyAddress}} {
            dnat ip to ip daddr . meta l4proto . th dport map @{{OneAddress}}
            dnat ip to meta l4proto . th dport map @{{AnyAddress}}
          }
          # A pod may route 127.0.0.0/8 to the bridge, where route_localnet would let it in. Replies to this machine
          # have the bridge's address until conntrack, which comes after raw, gives them 127.0.0.1 back.
          chain guard {
            type filter hook prerouting priority raw; policy accept;
            iifname { {{AllBridges}} } ip daddr 127.0.0.0/8 drop
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
            fib daddr type local jump {{AnyAddress}}
          }
          # From 127.0.0.1, and from a pod to a pod through a host port: the answer must come back this way.
          chain postrouting {
            type nat hook postrouting priority srcnat; policy accept;
            oifname { {{AllBridges}} } ip saddr 127.0.0.0/8 masquerade
            {{string.Join("\n            ", networks.SelectMany(Masquerade))}}
          }
        }
        """;

    private static IEnumerable<string> Masquerade(BridgeRange network) =>
    [
        $"oifname \"{network.Bridge}\" ip saddr {network.Range} ct status dnat masquerade",
        .. network.Internal ? Array.Empty<string>() : [$"oifname != {{ \"lo\", \"{network.Bridge}\" }} ip saddr {network.Range} ip daddr != 224.0.0.0/4 masquerade"],
    ];

    /// <summary>Between the networks; with one alone there is nothing to keep apart.</summary>
    private string Isolation()
    {
        if (networks.Count == 1 && !networks[0].Internal)
        {
            return "";
        }

        List<string> rules = ["ct state established,related accept", "ct status dnat accept"];
        foreach (var network in networks)
        {
            var others = string.Join(", ", networks.Where(other => other != network).Select(static other => $"\"{other.Bridge}\""));
            rules.Add(network.Internal ? $"iifname \"{network.Bridge}\" oifname != \"{network.Bridge}\" drop" : $"iifname \"{network.Bridge}\" oifname {{ {others} }} drop");
            if (network.Internal)
            {
                rules.Add($"oifname \"{network.Bridge}\" iifname != \"{network.Bridge}\" drop");
            }
        }

        return string.Join("\n            ", rules);
    }

    public string Add(HostPort port, PortTarget target) => $"add element ip {table} {Map(port)} {{ {Key(port)} : {Value(target)} }}";

    public string Remove(HostPort port) => $"delete element ip {table} {Map(port)} {{ {Key(port)} }}";

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
            || !Ipv4Cidr.TryParseAddress(address, out var targetAddress))
        {
            return null;
        }

        IPAddress? hostAddress = null;
        if (key.Length == 3 && !Ipv4Cidr.TryParseAddress(key[0], out hostAddress))
        {
            return null;
        }

        return (new HostPort(protocol, hostAddress, hostPort), new PortTarget(targetAddress, targetPort));
    }

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
