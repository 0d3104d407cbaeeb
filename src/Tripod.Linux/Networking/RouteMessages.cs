using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>rtnetlink(7)'s messages, added to a batch. Each is written so that it may be sent again.</summary>
public static class RouteMessages
{
    internal const ushort RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18;
    internal const ushort RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22;
    internal const ushort RTM_NEWROUTE = 24, RTM_GETROUTE = 26;
    internal const ushort NLM_F_REQUEST = 1, NLM_F_ACK = 4, NLM_F_DUMP = 0x300;
    private const ushort NLM_F_REPLACE = 0x100, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400;
    private const ushort Change = NLM_F_REQUEST | NLM_F_ACK;

    internal const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_LINK = 5, IFLA_MASTER = 10,
        IFLA_OPERSTATE = 16, IFLA_LINKINFO = 18, IFLA_AF_SPEC = 26, IFLA_NET_NS_FD = 28;
    internal const ushort IFLA_INFO_KIND = 1, IFLA_INFO_DATA = 2, IFLA_INFO_SLAVE_KIND = 4, IFLA_INFO_SLAVE_DATA = 5, IFLA_BRPORT_STATE = 1;
    private const ushort VETH_INFO_PEER = 1, IFLA_BRPORT_MODE = 4, IFLA_INET6_ADDR_GEN_MODE = 8;
    private const byte IN6_ADDR_GEN_MODE_NONE = 1;
    internal const ushort IFA_ADDRESS = 1, IFA_LOCAL = 2;
    private const ushort IFA_BROADCAST = 4;
    private const byte IFA_F_NODAD = 2;
    internal const ushort RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5;

    internal const byte AF_INET = 2, AF_INET6 = 10;
    private const int IFF_UP = 1;
    private const byte RT_TABLE_MAIN = 254, RTPROT_STATIC = 4, RT_SCOPE_UNIVERSE = 0, RTN_UNICAST = 1;
    private const byte RT_TABLE_LOCAL = 255, RTN_LOCAL = 2, HostBits = 128;

    /// <summary>A bridge, down, with a MAC of its own: otherwise it would take, and change, its lowest port's.</summary>
    public static NetlinkBatch CreateBridge(this NetlinkBatch batch, string name, ReadOnlySpan<byte> mac) =>
        batch.Link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create bridge", name)
            .Attribute(IFLA_IFNAME, name)
            .Attribute(IFLA_ADDRESS, mac)
            .Nested(IFLA_LINKINFO, static info => info.Attribute(IFLA_INFO_KIND, "bridge"));

    /// <summary>
    /// A veth pair whose one end is made up and a port of the bridge here, and whose other is made inside the
    /// namespace, down. When the namespace ends both are gone.
    /// </summary>
    public static NetlinkBatch CreateVeth(this NetlinkBatch batch, VethPair pair, FileDescriptor netns, int bridge) =>
        batch.Link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "create veth", pair.Name, flags: IFF_UP)
            .Attribute(IFLA_IFNAME, pair.Name)
            .Attribute(IFLA_MTU, pair.Mtu)
            .Attribute(IFLA_MASTER, bridge)
            .Nested(IFLA_LINKINFO, info => info
                .Attribute(IFLA_INFO_KIND, "veth")
                .Nested(IFLA_INFO_DATA, data => data
                    .Nested(
                        VETH_INFO_PEER,
                        peer => peer
                            .Attribute(IFLA_IFNAME, pair.PeerName)
                            .Attribute(IFLA_ADDRESS, pair.PeerMac.Span)
                            .Attribute(IFLA_MTU, pair.Mtu)
                            .Attribute(IFLA_NET_NS_FD, netns.Number),
                        LinkBody())));

    /// <summary>Makes the link a port of the bridge, which it may be already.</summary>
    public static NetlinkBatch SetMaster(this NetlinkBatch batch, string name, int bridge) =>
        batch.Link(RTM_NEWLINK, 0, "set bridge of", name)
            .Attribute(IFLA_IFNAME, name)
            .Attribute(IFLA_MASTER, bridge);

    /// <summary>
    /// For a port of a bridge: it may get its own frames back (hairpin), which a pod needs to reach itself where bridged packets pass the
    /// host's firewall; and it gets no link-local address.
    /// </summary>
    public static NetlinkBatch SetBridgePort(this NetlinkBatch batch, string name) =>
        batch.Link(RTM_NEWLINK, 0, "set bridge port", name, flags: IFF_UP)
            .Attribute(IFLA_IFNAME, name)
            .Nested(IFLA_AF_SPEC, static family => family
                .Nested(AF_INET6, static inet6 => inet6.Attribute(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)))
            .Nested(IFLA_LINKINFO, static info => info
                .Attribute(IFLA_INFO_SLAVE_KIND, "bridge")
                .Nested(IFLA_INFO_SLAVE_DATA, static port => port.Attribute(IFLA_BRPORT_MODE, (byte)1)));

    public static NetlinkBatch SetUp(this NetlinkBatch batch, int index, string name) =>
        batch.Link(RTM_NEWLINK, 0, "set link up", name, index, IFF_UP);

    public static NetlinkBatch SetMtu(this NetlinkBatch batch, int index, string name, int mtu) =>
        batch.Link(RTM_NEWLINK, 0, "set mtu", name, index).Attribute(IFLA_MTU, mtu);

    /// <summary>Takes the link down and its name away, as a link that is down can always be renamed.</summary>
    public static NetlinkBatch SetDownAndRename(this NetlinkBatch batch, int index, string newName) =>
        batch.Message(RTM_NEWLINK, Change, "set link down", newName, LinkBody(index, flags: 0, change: IFF_UP))
            .Link(RTM_NEWLINK, 0, "rename link to", newName, index).Attribute(IFLA_IFNAME, newName);

    public static NetlinkBatch DeleteLink(this NetlinkBatch batch, string name) =>
        batch.Link(RTM_DELLINK, 0, "delete link", name).Attribute(IFLA_IFNAME, name);

    /// <summary>An address with its prefix, which makes the route to its network too. IPv6's is in use at once: nobody else is asked whether they have it.</summary>
    public static NetlinkBatch AddAddress(this NetlinkBatch batch, int index, InterfaceAddress address)
    {
        batch.Message(
                RTM_NEWADDR, Change | NLM_F_CREATE | NLM_F_REPLACE, "add address", address.ToString(), AddressBody(index, address))
            .Attribute(IFA_LOCAL, address.Address)
            .Attribute(IFA_ADDRESS, address.Address);
        return address.IsInet6 ? batch : batch.Attribute(IFA_BROADCAST, address.Broadcast);
    }

    public static NetlinkBatch DeleteAddress(this NetlinkBatch batch, int index, InterfaceAddress address) =>
        batch.Message(RTM_DELADDR, Change, "delete address", address.ToString(), AddressBody(index, address))
            .Attribute(IFA_LOCAL, address.Address);

    /// <summary>Packets to the IPv6 address that come in by the interface are for this machine.</summary>
    public static NetlinkBatch AddLocalRoute(this NetlinkBatch batch, int index, IPAddress address) =>
        batch.Message(
                RTM_NEWROUTE, Change | NLM_F_CREATE | NLM_F_REPLACE, "add local route to", address.ToString(),
                [AF_INET6, HostBits, 0, 0, RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_LOCAL, 0, 0, 0, 0])
            .Attribute(RTA_DST, address)
            .Attribute(RTA_OIF, index);

    public static NetlinkBatch AddDefaultRoute(this NetlinkBatch batch, int index, IPAddress gateway) =>
        batch.Message(
                RTM_NEWROUTE, Change | NLM_F_CREATE | NLM_F_REPLACE, "add default route via", gateway.ToString(),
                [Family(gateway), 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0, 0, 0, 0])
            .Attribute(RTA_GATEWAY, gateway)
            .Attribute(RTA_OIF, index);

    internal static NetlinkBatch GetLink(string name) =>
        new NetlinkBatch().Link(RTM_GETLINK, 0, "get link", name).Attribute(IFLA_IFNAME, name);

    internal static NetlinkBatch Dump(ushort type, byte family, string operation) =>
        new NetlinkBatch().Message(type, NLM_F_REQUEST | NLM_F_DUMP, operation, "", type switch
        {
            RTM_GETLINK => LinkBody(),
            RTM_GETADDR => [family, 0, 0, 0, 0, 0, 0, 0],
            _ => [family, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        });

    private static NetlinkBatch Link(
        this NetlinkBatch batch, ushort type, ushort more, string operation, string name, int index = 0, int flags = 0) =>
        batch.Message(type, (ushort)(Change | more), operation, name, LinkBody(index, flags, change: flags));

    // struct ifinfomsg: family, pad, type (2), index (4), flags (4), which flags to change (4).
    private static byte[] LinkBody(int index = 0, int flags = 0, int change = 0)
    {
        var body = new byte[16];
        MemoryMarshal.Write(body.AsSpan(4), index);
        MemoryMarshal.Write(body.AsSpan(8), flags);
        MemoryMarshal.Write(body.AsSpan(12), change);
        return body;
    }

    private static byte Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET;

    // struct ifaddrmsg: family, prefix length, flags, scope, index (4).
    private static byte[] AddressBody(int index, InterfaceAddress address)
    {
        byte[] body = [Family(address.Address), (byte)address.PrefixLength, address.IsInet6 ? IFA_F_NODAD : (byte)0, 0, 0, 0, 0, 0];
        MemoryMarshal.Write(body.AsSpan(4), index);
        return body;
    }
}
