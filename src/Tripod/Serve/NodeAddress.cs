using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Tripod.Serve;

/// <summary>This machine's addresses in the API: those of the interface with the default route, else of any that is up.</summary>
internal static class NodeAddress
{
    /// <summary>IPv4's, and IPv6's where there is one that others can reach.</summary>
    /// <param name="bridge">The pods' bridge, which is not meant: its addresses.</param>
    public static IReadOnlyList<string> Find(params IReadOnlyList<string> bridge) =>
        [Find(AddressFamily.InterNetwork, bridge) ?? "127.0.0.1", .. Find(AddressFamily.InterNetworkV6, bridge) is { } inet6 ? (string[])[inet6] : []];

    private static string? Find(AddressFamily family, IReadOnlyList<string> bridge)
    {
        var candidates = NetworkInterface.GetAllNetworkInterfaces()
            .Where(candidate => candidate.OperationalStatus == OperationalStatus.Up && candidate.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(candidate => (Interface: candidate, Properties: candidate.GetIPProperties()))
            .OrderByDescending(candidate => candidate.Properties.GatewayAddresses.Any(gateway => gateway.Address.AddressFamily == family && !gateway.Address.Equals(IPAddress.Any) && !gateway.Address.Equals(IPAddress.IPv6Any)));
        return candidates
            .SelectMany(candidate => candidate.Properties.UnicastAddresses)
            .Where(address => address.Address.AddressFamily == family && !address.Address.IsIPv6LinkLocal && !bridge.Contains(address.Address.ToString()))
            .Select(address => address.Address.ToString())
            .FirstOrDefault();
    }
}
