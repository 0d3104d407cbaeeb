using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Tripod.Serve;

/// <summary>This machine's address in the API: that of the interface with the default route, else any that is up.</summary>
internal static class NodeAddress
{
    /// <param name="bridge">The pods' bridge, which is not meant.</param>
    public static string Find(string bridge)
    {
        var candidates = NetworkInterface.GetAllNetworkInterfaces()
            .Where(candidate => candidate.OperationalStatus == OperationalStatus.Up && candidate.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(candidate => (Interface: candidate, Properties: candidate.GetIPProperties()))
            .OrderByDescending(candidate => candidate.Properties.GatewayAddresses.Any(gateway => !gateway.Address.Equals(IPAddress.Any)));
        return candidates
            .SelectMany(candidate => candidate.Properties.UnicastAddresses)
            .Where(address => address.Address.AddressFamily == AddressFamily.InterNetwork && address.Address.ToString() != bridge)
            .Select(address => address.Address.ToString())
            .FirstOrDefault() ?? "127.0.0.1";
    }
}
