using System.Buffers.Binary;
using System.Net;

namespace Tripod.Linux.Networking;

/// <summary>The kernel's connection tracking (nfnetlink's ctnetlink), which remembers for each flow where it was sent.</summary>
public static class Conntrack
{
    private const int NETLINK_NETFILTER = 12;
    private const ushort Get = 0x101, Delete = 0x102;
    private const ushort NLA_F_NESTED = 0x8000;
    private const int CTA_TUPLE_ORIG = 1, CTA_TUPLE_IP = 1, CTA_TUPLE_PROTO = 2;
    private const int CTA_IP_V4_DST = 2, CTA_IP_V6_DST = 4, CTA_PROTO_NUM = 1, CTA_PROTO_DST_PORT = 3;
    private const byte IPPROTO_UDP = 17;

    // struct nfgenmsg: family, version, resource (2).
    private static readonly byte[] Inet = [RouteMessages.AF_INET, 0, 0, 0], Inet6 = [RouteMessages.AF_INET6, 0, 0, 0];

    /// <summary>
    /// Forgets the UDP flows to those ports of the addresses that are chosen: their next packet is looked at afresh.
    /// A flow has no end of its own; without this it follows rules that are gone as long as packets come.
    /// </summary>
    public static void ForgetUdp(IReadOnlySet<int> ports, Func<IPAddress, bool> addresses)
    {
        ForgetUdp(Inet, ports, addresses);
        ForgetUdp(Inet6, ports, addresses);
    }

    private static void ForgetUdp(byte[] family, IReadOnlySet<int> ports, Func<IPAddress, bool> addresses)
    {
        using var socket = new NetlinkSocket(NETLINK_NETFILTER);
        var found = new NetlinkBatch();
        var question = new NetlinkBatch().Message(
            Get, RouteMessages.NLM_F_REQUEST | RouteMessages.NLM_F_DUMP, "list flows", "", family);
        socket.Query(question, (_, body) =>
        {
            var original = Find(body[family.Length..], CTA_TUPLE_ORIG);
            if (Matches(original, ports, addresses))
            {
                found.Message(Delete, RouteMessages.NLM_F_REQUEST | RouteMessages.NLM_F_ACK, "forget flow", "udp", family)
                    .Attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, original);
            }
        });
        if (found.Count == 0)
        {
            return;
        }

        try
        {
            socket.Execute(found);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            // One has ended meanwhile; the others were done all the same.
        }
    }

    private static bool Matches(ReadOnlySpan<byte> tuple, IReadOnlySet<int> ports, Func<IPAddress, bool> addresses)
    {
        var protocol = Find(tuple, CTA_TUPLE_PROTO);
        var port = Find(protocol, CTA_PROTO_DST_PORT);
        var addressed = Find(tuple, CTA_TUPLE_IP);
        var address = Find(addressed, CTA_IP_V4_DST) is { Length: > 0 } inet ? inet : Find(addressed, CTA_IP_V6_DST);
        return Find(protocol, CTA_PROTO_NUM) is [IPPROTO_UDP] && port.Length == sizeof(ushort) && address.Length is 4 or 16
            && ports.Contains(BinaryPrimitives.ReadUInt16BigEndian(port)) && addresses(new IPAddress(address));
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> bytes, int type)
    {
        var attributes = new NetlinkAttributes(bytes);
        while (attributes.Next())
        {
            if (attributes.Type == type)
            {
                return attributes.Value;
            }
        }

        return default;
    }
}
