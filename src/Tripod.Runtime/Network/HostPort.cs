using System.Net;
using System.Net.Sockets;
using Tripod.Linux.Networking;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Network;

/// <summary>A port of this machine: on one address, or, with none, on all of them.</summary>
public sealed record HostPort(PortProtocol Protocol, IPAddress? Address, int Port)
{
    /// <summary>Null for a mapping that asks for no host port.</summary>
    public static HostPort? From(PortMapping mapping)
    {
        if (mapping.HostPort == 0)
        {
            return null;
        }

        if (mapping.HostPort is < 0 or > ushort.MaxValue || mapping.ContainerPort is <= 0 or > ushort.MaxValue)
        {
            throw Invalid(mapping, "ports go from 1 to 65535");
        }

        var protocol = mapping.Protocol.ToLowerInvariant() switch
        {
            "tcp" or "" => PortProtocol.Tcp,
            "udp" => PortProtocol.Udp,
            "sctp" => PortProtocol.Sctp,
            _ => throw Invalid(mapping, "the protocol is one of tcp, udp and sctp"),
        };
        return new HostPort(protocol, ParseAddress(mapping), mapping.HostPort);
    }

    public string ProtocolName => Protocol switch
    {
        PortProtocol.Tcp => "tcp",
        PortProtocol.Udp => "udp",
        _ => "sctp",
    };

    public override string ToString() => $"{(Address is null ? "" : IsInet6 ? $"[{Address}]:" : $"{Address}:")}{Port}/{ProtocolName}";

    private bool IsInet6 => Address?.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Whether packets of that family can come in by it.</summary>
    public bool IsOf(bool inet6) => Address is null || IsInet6 == inet6;

    private static IPAddress? ParseAddress(PortMapping mapping) => mapping.HostIp switch
    {
        "" or "0.0.0.0" or "::" => null,
        var text when IpCidr.TryParseAddress(text, out var address) || IpCidr.TryParseAddress(text, AddressFamily.InterNetworkV6, out address) => address,
        _ => throw Invalid(mapping, "the host ip is an IPv4 or an IPv6 address"),
    };

    private static RuntimeException Invalid(PortMapping mapping, string rule) => new(
        RuntimeErrorKind.InvalidArgument,
        $"host port {mapping.HostIp}:{mapping.HostPort}/{mapping.Protocol} to {mapping.ContainerPort} is not valid: {rule}");
}
