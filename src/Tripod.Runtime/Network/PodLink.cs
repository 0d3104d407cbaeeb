using System.Net;
using Tripod.Linux;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>An address of a pod's end.</summary>
/// <param name="Address">Its own.</param>
/// <param name="Range">That the bridge is in too.</param>
/// <param name="Gateway">The bridge's address; null where the default route goes elsewhere, or nowhere.</param>
internal sealed record LinkAddress(IPAddress Address, IpCidr Range, IPAddress? Gateway);

/// <summary>One pod's cable: eth0 inside its namespace, a port of the bridge outside.</summary>
/// <param name="name">Of the host's end.</param>
/// <param name="addresses">Of the pod's end: IPv4's, then IPv6's if it has one.</param>
/// <param name="bridgeName">What it is a port of.</param>
/// <param name="inside">The pod's end.</param>
/// <param name="mac">Null: a function of the IPv4 address.</param>
internal sealed class PodLink(string name, IReadOnlyList<LinkAddress> addresses, string bridgeName, string inside = InterfaceNames.Pod, byte[]? mac = null)
{
    // lo is the first interface of every namespace.
    private const int LoopbackIndex = 1;
    private const int Attempts = 3;
    private static readonly TimeSpan CarrierPatience = TimeSpan.FromSeconds(1);

    /// <summary>Plugs it in; true if it was not there before. What a predecessor left half done is completed or replaced.</summary>
    public bool Attach(FileDescriptor netns, int bridge, int mtu)
    {
        using var host = RouteNetlink.Open();
        var created = Create(host, netns, bridge, mtu);
        try
        {
            using var pod = RouteNetlink.Open(netns, PrepareInet6);
            SetUpInside(pod);
            WaitForCarrier(host, pod);
            return created;
        }
        catch when (created)
        {
            Detach(name);
            throw;
        }
    }

    /// <summary>
    /// Cuts it and frees its name. The kernel needs tens of milliseconds to delete a link, nearly all of them waiting;
    /// a thread of its own waits in the caller's place. Should the process end first, the link ends with its namespace.
    /// </summary>
    public static void Detach(string name)
    {
        using var host = RouteNetlink.Open();
        if (host.FindLink(name) is not { } link)
        {
            return;
        }

        var discarded = InterfaceNames.Discarded(link.Index);
        try
        {
            host.Execute(new NetlinkBatch().SetDownAndRename(link.Index, discarded));
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            return;
        }

        new Thread(() => Bridge.DeleteIfPresent(discarded)) { IsBackground = true, Name = "delete link" }.Start();
    }

    /// <summary>Makes the host's end a port of the bridge again, should the bridge have been made anew.</summary>
    public static void Replug(string name, int bridge)
    {
        using var host = RouteNetlink.Open();
        try
        {
            host.Execute(new NetlinkBatch().SetMaster(name, bridge));
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
        }
    }

    private bool Create(RouteNetlink host, FileDescriptor netns, int bridge, int mtu)
    {
        var pair = new VethPair(name, inside, mac ?? InterfaceNames.Mac(addresses[0].Address), mtu);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                host.Execute(new NetlinkBatch().CreateVeth(pair, netns, bridge).SetBridgePort(name));
                return true;
            }
            catch (LinuxException e) when (e.Errno == Errno.EEXIST && attempt < Attempts)
            {
                if (IsOurs(host, netns))
                {
                    host.Execute(new NetlinkBatch().SetMaster(name, bridge).SetBridgePort(name));
                    return false;
                }

                // Its other end is in a namespace that is gone or given up.
                Detach(name);
            }
        }
    }

    private bool IsOurs(RouteNetlink host, FileDescriptor netns)
    {
        using var pod = RouteNetlink.Open(netns);
        return host.FindLink(name) is { } outside
            && pod.FindLink(inside) is { } other
            && outside.Peer == other.Index && other.Peer == outside.Index
            && pod.Addresses().All(known => known.Interface != other.Index || known.Address.Equals(addresses[0].Address));
    }

    // Without this, any pod could give this one an IPv6 address and route by an advertisement.
    private void PrepareInet6()
    {
        if (addresses.Count > 1)
        {
            Inet6.TrustOwnAddresses(inside);
        }
        else
        {
            Inet6.Forbid(inside);
        }
    }

    private void SetUpInside(RouteNetlink pod)
    {
        var eth0 = pod.FindLink(inside) ?? throw new LinuxException("get link", inside, Errno.ENODEV);
        var batch = new NetlinkBatch()
            .SetUp(LoopbackIndex, "lo")
            .SetUp(eth0.Index, eth0.Name);
        foreach (var (address, range, gateway) in addresses)
        {
            batch.AddAddress(eth0.Index, new InterfaceAddress(address, range.PrefixLength));
            if (gateway is not null)
            {
                batch.AddDefaultRoute(eth0.Index, gateway);
            }
        }

        pod.Execute(batch);
    }

    // The kernel lets packets through only some time after a link is up. One that is sent before is lost, and with it
    // the second until ARP or TCP tries again.
    private void WaitForCarrier(RouteNetlink host, RouteNetlink pod)
    {
        host.WaitForLink(name, static port => port is { OperUp: true, Forwarding: true }, CarrierPatience);
        host.WaitForLink(bridgeName, static bridge => bridge.OperUp, CarrierPatience);
        pod.WaitForLink(inside, static eth0 => eth0.OperUp, CarrierPatience);
    }
}
