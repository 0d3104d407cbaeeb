using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network;

/// <summary>The interface through which this machine reaches the world.</summary>
internal static class Uplink
{
    private const int EthernetMtu = 1500;

    /// <summary>Pods get the uplink's MTU (bytes): in a cloud it is often smaller, and larger packets would be lost.</summary>
    public static int Mtu()
    {
        using var route = RouteNetlink.Open();
        var links = route.Links();
        return route.Routes()
            .Where(static candidate => candidate.PrefixLength == 0)
            .Select(candidate => links.FirstOrDefault(link => link.Index == candidate.Interface)?.Mtu ?? 0)
            .Where(static mtu => mtu > 0)
            .FirstOrDefault(EthernetMtu);
    }
}
