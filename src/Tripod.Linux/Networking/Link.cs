using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>A network interface as the kernel shows it.</summary>
public sealed record Link
{
    private const byte IF_OPER_UP = 6, BR_STATE_FORWARDING = 3;

    public required int Index { get; init; }

    public string Name { get; init; } = "";

    /// <summary>The driver, for example <c>bridge</c> or <c>veth</c>; empty for a physical one.</summary>
    public string Kind { get; init; } = "";

    public int Mtu { get; init; }

    /// <summary>The index of the bridge whose port it is, or 0.</summary>
    public int Master { get; init; }

    /// <summary>For a veth end the other's index, in the other's namespace.</summary>
    public int Peer { get; init; }

    /// <summary>Packets get through: RFC 2863's operational state is up.</summary>
    public bool OperUp { get; init; }

    /// <summary>As a bridge's port it passes frames on (STP's forwarding state).</summary>
    public bool Forwarding { get; init; }

    internal static Link Read(ReadOnlySpan<byte> body)
    {
        var link = new Link { Index = MemoryMarshal.Read<int>(body[4..]) };
        var attributes = new NetlinkAttributes(body[16..]);
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                RouteMessages.IFLA_IFNAME => link with { Name = attributes.AsString },
                RouteMessages.IFLA_MTU => link with { Mtu = attributes.AsInt32 },
                RouteMessages.IFLA_MASTER => link with { Master = attributes.AsInt32 },
                RouteMessages.IFLA_LINK => link with { Peer = attributes.AsInt32 },
                RouteMessages.IFLA_OPERSTATE => link with { OperUp = attributes.Value is [IF_OPER_UP, ..] },
                RouteMessages.IFLA_LINKINFO => ReadInfo(link, attributes.Value),
                _ => link,
            };
        }

        return link;
    }

    private static Link ReadInfo(Link link, ReadOnlySpan<byte> info)
    {
        var attributes = new NetlinkAttributes(info);
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                RouteMessages.IFLA_INFO_KIND => link with { Kind = attributes.AsString },
                RouteMessages.IFLA_INFO_SLAVE_DATA => link with { Forwarding = ReadPortState(attributes.Value) == BR_STATE_FORWARDING },
                _ => link,
            };
        }

        return link;
    }

    private static byte? ReadPortState(ReadOnlySpan<byte> port)
    {
        var attributes = new NetlinkAttributes(port);
        while (attributes.Next())
        {
            if (attributes.Type == RouteMessages.IFLA_BRPORT_STATE && attributes.Value is [var state, ..])
            {
                return state;
            }
        }

        return null;
    }
}
