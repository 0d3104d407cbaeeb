using Tripod.Linux.Networking;

namespace Tripod.Runtime.Network.Bridges;

/// <summary>Finds a subnet that nothing on this machine uses. Pure: it is told what the kernel shows.</summary>
internal static class SubnetChoice
{
    /// <summary>Docker's default pools: sixteens of 172.17 to 172.31, then twenties of 192.168.</summary>
    private static IEnumerable<string> Pools =>
        Enumerable.Range(17, 15).Select(second => $"172.{second}.0.0/16").Concat(Enumerable.Range(0, 16).Select(third => $"192.168.{third * 16}.0/20"));

    /// <exception cref="RuntimeException">ResourceExhausted.</exception>
    public static IpCidr Find(IEnumerable<IpCidr> taken, IReadOnlyList<Link> links, IReadOnlyList<InterfaceAddress> addresses, IReadOnlyList<Route> routes)
    {
        var others = taken.ToList();
        foreach (var text in Pools)
        {
            if (IpCidr.TryParse(text, out var candidate) && !others.Exists(other => other.Overlaps(candidate)) && CidrConflict.Find(candidate, 0, links, addresses, routes) is null)
            {
                return candidate;
            }
        }

        throw new RuntimeException(RuntimeErrorKind.ResourceExhausted, "all predefined address pools have been fully subnetted: remove networks, or name a --subnet");
    }
}
