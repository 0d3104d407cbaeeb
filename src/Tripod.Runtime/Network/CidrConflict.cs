using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>Whether the pod CIDR is free on this machine. Pure: it is told what the kernel shows.</summary>
public static class CidrConflict
{
    /// <summary>The address or route that overlaps, in words, or null. What belongs to the bridge itself does not count, nor does a default route.</summary>
    public static string? Find(
        IpCidr cidr, int bridge, IReadOnlyList<Link> links, IReadOnlyList<InterfaceAddress> addresses, IReadOnlyList<Route> routes)
    {
        foreach (var address in addresses)
        {
            if (address.Interface != bridge && cidr.Overlaps(IpCidr.Around(address.Address, address.PrefixLength)))
            {
                return $"address {address} of {NameOf(links, address.Interface)}";
            }
        }

        foreach (var route in routes)
        {
            if (route.PrefixLength > 0 && (route.Interface != bridge || bridge == 0)
                && cidr.Overlaps(IpCidr.Around(route.Destination, route.PrefixLength)))
            {
                return $"route {route} of {NameOf(links, route.Interface)}";
            }
        }

        return null;
    }

    private static string NameOf(IReadOnlyList<Link> links, int index) =>
        links.FirstOrDefault(link => link.Index == index)?.Name ?? "no interface";
}
