using System.Net;
using Tripod.Linux;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>The bridge that all pods are ports of. Made where it is missing, mended where it is not as it should be.</summary>
/// <param name="name">The interface.</param>
/// <param name="cidr">Its IPv4 network.</param>
/// <param name="gateway">Its address there.</param>
/// <param name="inet6">Its IPv6 network and its address there; null where it has none.</param>
/// <param name="range">What the networks are called in errors.</param>
/// <param name="advice">What somebody can do about them.</param>
internal sealed class Bridge(string name, IpCidr cidr, IPAddress gateway, (IpCidr Cidr, IPAddress Gateway)? inet6 = null, string range = "pod CIDR", string advice = "choose another podCidr")
{
    private IPAddress? service;

    public string Name => name;

    /// <summary>Its index; if somebody removed it, it is made anew first.</summary>
    public int Index()
    {
        using var route = RouteNetlink.Open();
        if (route.FindLink(name) is { } link)
        {
            return link.Index;
        }

        var index = Open();
        AllowLoopbackSources();
        return index;
    }

    /// <summary>What of this machine stands in the way of its addresses, with the way out; null: nothing.</summary>
    public string? Conflict()
    {
        using var route = RouteNetlink.Open();
        var links = route.Links();
        return Conflict(route, links, links.FirstOrDefault(link => link.Name == name)?.Index ?? 0, route.Addresses(), inet6 is null ? [] : route.Addresses(inet6: true));
    }

    /// <summary>Its index, after making or mending it.</summary>
    public int Open()
    {
        using var route = RouteNetlink.Open();
        var links = route.Links();
        var bridge = links.FirstOrDefault(link => link.Name == name);
        if (bridge is { Kind: not "bridge" })
        {
            throw new RuntimeException(
                RuntimeErrorKind.FailedPrecondition, $"open network: interface {name} is there but no bridge: remove it or give the engine another name");
        }

        var (addresses, addresses6) = (route.Addresses(), inet6 is null ? [] : route.Addresses(inet6: true));
        if (Conflict(route, links, bridge?.Index ?? 0, addresses, addresses6) is { } conflict)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"open network: {conflict}");
        }

        bridge ??= Create(route);
        RemoveOtherAddresses(route, bridge.Index, links, addresses);
        RemoveOtherAddresses(route, bridge.Index, links, [.. addresses6.Where(static address => !Inet6.IsOfLink(address.Address))]);
        var batch = new NetlinkBatch()
            .AddAddress(bridge.Index, new InterfaceAddress(gateway, cidr.PrefixLength))
            .SetUp(bridge.Index, name);
        if (inet6 is { } second)
        {
            // Router advertisements of a hostile pod must not change the host's routes.
            Inet6.TrustOwnAddresses(name);
            batch.AddAddress(bridge.Index, new InterfaceAddress(second.Gateway, second.Cidr.PrefixLength));
        }
        else
        {
            Sysctl.SetIfPresent($"net/ipv6/conf/{name}/accept_ra", "0");
            Inet6.Forbid(name);
        }

        route.Execute(batch);
        if (service is not null)
        {
            route.Execute(new NetlinkBatch().AddAddress(bridge.Index, new InterfaceAddress(service, 32)));
        }

        Sysctl.Set("net/ipv4/ip_forward", "1");
        AllowInet6();
        return bridge.Index;
    }

    /// <summary>
    /// Lets IPv6 packets through to and from the bridge, by every interface that has an address to be reached at. Asked
    /// again when one has got an address.
    /// </summary>
    public void AllowInet6()
    {
        if (inet6 is null)
        {
            return;
        }

        using var route = RouteNetlink.Open();
        var links = route.Links();
        var reached = route.Addresses(inet6: true).Where(static address => !Inet6.IsOfLink(address.Address)).Select(static address => address.Interface).ToHashSet();
        foreach (var link in links.Where(link => link.Name == name || reached.Contains(link.Index)))
        {
            try
            {
                Inet6.AllowForwarding(link.Name);
            }
            catch (IOException)
            {
                // It is gone meanwhile.
            }
        }
    }

    /// <summary>
    /// Lets 127.0.0.1 and ::1 of this machine be answered by a pod. Only once the rules stand that keep pods from both.
    /// </summary>
    /// <remarks>
    /// IPv6 has no route_localnet: an answer to ::1, which conntrack makes of one to the bridge's address, is let in by a route
    /// of the bridge's own. The kernel drops what has ::1 on the wire before it comes so far.
    /// </remarks>
    public void AllowLoopbackSources()
    {
        Sysctl.Set($"net/ipv4/conf/{name}/route_localnet", "1");
        if (inet6 is null)
        {
            return;
        }

        using var route = RouteNetlink.Open();
        if (route.FindLink(name) is { } link)
        {
            route.Execute(new NetlinkBatch().AddLocalRoute(link.Index, IPAddress.IPv6Loopback));
        }
    }

    /// <summary>Gives the host one more address of the pods' network, on which it serves them.</summary>
    public void AddService(IPAddress address)
    {
        service = address;
        using var route = RouteNetlink.Open();
        if (route.FindLink(name) is { } link)
        {
            route.Execute(new NetlinkBatch().AddAddress(link.Index, new InterfaceAddress(address, 32)));
        }
    }

    /// <summary>Of this engine, or of the one before it.</summary>
    private string? Conflict(RouteNetlink route, IReadOnlyList<Link> links, int own, IReadOnlyList<InterfaceAddress> addresses, IReadOnlyList<InterfaceAddress> addresses6) =>
        CidrConflict.Find(cidr, own, links, addresses, route.Routes()) is { } conflict ? $"{range} {cidr} overlaps {conflict}: {advice}"
        : inet6 is { } second && CidrConflict.Find(second.Cidr, own, links, addresses6, route.Routes(inet6: true)) is { } conflict6 ? $"{range} {second.Cidr} overlaps {conflict6}: {advice}"
        : null;

    private bool IsService(InterfaceAddress address) => address.PrefixLength == 32 && cidr.Contains(address.Address);

    /// <summary>Removes it with the interfaces that are still its ports.</summary>
    public void Close()
    {
        using var route = RouteNetlink.Open();
        if (route.FindLink(name) is not { Kind: "bridge" } bridge)
        {
            return;
        }

        foreach (var port in route.Links().Where(link => link.Master == bridge.Index && link.Kind == "veth"))
        {
            DeleteIfPresent(port.Name);
        }

        DeleteIfPresent(name);
    }

    internal static void DeleteIfPresent(string link)
    {
        using var route = RouteNetlink.Open();
        try
        {
            route.Execute(new NetlinkBatch().DeleteLink(link));
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
        }
    }

    private static bool IsOwn(InterfaceAddress address, IpCidr cidr, IPAddress gateway) => address.Address.Equals(gateway) && address.PrefixLength == cidr.PrefixLength;

    private Link Create(RouteNetlink route)
    {
        try
        {
            route.Execute(new NetlinkBatch().CreateBridge(name, InterfaceNames.Mac(gateway)));
        }
        catch (LinuxException e) when (e.Errno == Errno.EEXIST)
        {
        }

        return route.FindLink(name) ?? throw new LinuxException("create bridge", name, Errno.ENODEV);
    }

    private void RemoveOtherAddresses(RouteNetlink route, int index, IReadOnlyList<Link> links, IReadOnlyList<InterfaceAddress> addresses)
    {
        foreach (var other in addresses.Where(address => address.Interface == index
            && !IsOwn(address, cidr, gateway) && !(inet6 is { } own && IsOwn(address, own.Cidr, own.Gateway)) && !IsService(address)))
        {
            if (links.Any(link => link.Master == index))
            {
                throw new RuntimeException(
                    RuntimeErrorKind.FailedPrecondition,
                    $"open network: bridge {name} has {other} and pods on it, but podCidr is {(other.IsInet6 ? inet6?.Cidr : cidr)}: remove the pods or set podCidr back");
            }

            route.Execute(new NetlinkBatch().DeleteAddress(index, other));
        }
    }
}
