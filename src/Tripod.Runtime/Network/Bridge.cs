using System.Net;
using Tripod.Linux;
using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>The bridge that all pods are ports of. Made where it is missing, mended where it is not as it should be.</summary>
internal sealed class Bridge(string name, Ipv4Cidr cidr, IPAddress gateway, string range = "pod CIDR", string advice = "choose another podCidr")
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

        var addresses = route.Addresses();
        if (CidrConflict.Find(cidr, bridge?.Index ?? 0, links, addresses, route.Routes()) is { } conflict)
        {
            throw new RuntimeException(
                RuntimeErrorKind.FailedPrecondition, $"open network: {range} {cidr} overlaps {conflict}: {advice}");
        }

        bridge ??= Create(route);
        RemoveOtherAddresses(route, bridge.Index, links, addresses);

        // Router advertisements of a hostile pod must not change the host's routes.
        Sysctl.SetIfPresent($"net/ipv6/conf/{name}/accept_ra", "0");
        Sysctl.SetIfPresent($"net/ipv6/conf/{name}/disable_ipv6", "1");
        route.Execute(new NetlinkBatch()
            .AddAddress(bridge.Index, new InterfaceAddress(gateway, cidr.PrefixLength))
            .SetUp(bridge.Index, name));
        if (service is not null)
        {
            route.Execute(new NetlinkBatch().AddAddress(bridge.Index, new InterfaceAddress(service, 32)));
        }

        Sysctl.Set("net/ipv4/ip_forward", "1");
        return bridge.Index;
    }

    /// <summary>
    /// Lets 127.0.0.1 of this machine be answered by a pod. Only once the rule stands that keeps pods from 127.0.0.1.
    /// </summary>
    public void AllowLoopbackSources() => Sysctl.Set($"net/ipv4/conf/{name}/route_localnet", "1");

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
            && (!address.Address.Equals(gateway) || address.PrefixLength != cidr.PrefixLength) && !IsService(address)))
        {
            if (links.Any(link => link.Master == index))
            {
                throw new RuntimeException(
                    RuntimeErrorKind.FailedPrecondition,
                    $"open network: bridge {name} has {other} and pods on it, but podCidr is {cidr}: remove the pods or set podCidr back");
            }

            route.Execute(new NetlinkBatch().DeleteAddress(index, other));
        }
    }
}
