using System.Net;
using Tripod.Linux;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>One pod's cable: eth0 inside its namespace, a port of the bridge outside.</summary>
internal sealed class PodLink(string name, IPAddress address, Ipv4Cidr cidr, IPAddress gateway)
{
    // lo is the first interface of every namespace.
    private const int LoopbackIndex = 1;
    private const int Attempts = 3;

    /// <summary>Plugs it in; true if it was not there before. What a predecessor left half done is completed or replaced.</summary>
    public bool Attach(FileDescriptor netns, int bridge, int mtu)
    {
        using var host = RouteNetlink.Open();
        var created = Create(host, netns, bridge, mtu);
        try
        {
            SetUpInside(netns);
            return created;
        }
        catch when (created)
        {
            Bridge.DeleteIfPresent(host, name);
            throw;
        }
    }

    public static void Detach(string name)
    {
        using var host = RouteNetlink.Open();
        Bridge.DeleteIfPresent(host, name);
    }

    private bool Create(RouteNetlink host, FileDescriptor netns, int bridge, int mtu)
    {
        var pair = new VethPair(name, InterfaceNames.Pod, InterfaceNames.Mac(address), mtu);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                host.Execute(new NetlinkBatch().CreateVeth(pair, netns, bridge).SetBridgePort(name, bridge));
                return true;
            }
            catch (LinuxException e) when (e.Errno == Errno.EEXIST && attempt < Attempts)
            {
                if (IsOurs(host, netns))
                {
                    host.Execute(new NetlinkBatch().SetBridgePort(name, bridge));
                    return false;
                }

                // Its other end is in a namespace that is gone or given up.
                Bridge.DeleteIfPresent(host, name);
            }
        }
    }

    private bool IsOurs(RouteNetlink host, FileDescriptor netns)
    {
        using var pod = RouteNetlink.Open(netns);
        return host.FindLink(name) is { } outside
            && pod.FindLink(InterfaceNames.Pod) is { } inside
            && outside.Peer == inside.Index && inside.Peer == outside.Index
            && pod.Addresses().All(other => other.Interface != inside.Index || other.Address.Equals(address));
    }

    private void SetUpInside(FileDescriptor netns)
    {
        using var pod = Netns.Run(netns, static () =>
        {
            // IPv4 only: without this, any pod could give this one an IPv6 address and route by an advertisement.
            Sysctl.SetIfPresent($"net/ipv6/conf/{InterfaceNames.Pod}/disable_ipv6", "1");
            return RouteNetlink.Open();
        });
        var eth0 = pod.FindLink(InterfaceNames.Pod) ?? throw new LinuxException("get link", InterfaceNames.Pod, Errno.ENODEV);
        pod.Execute(new NetlinkBatch()
            .SetUp(LoopbackIndex, "lo")
            .AddAddress(eth0.Index, new InterfaceAddress(address, cidr.PrefixLength))
            .SetUp(eth0.Index, eth0.Name)
            .AddDefaultRoute(eth0.Index, gateway));
    }
}
