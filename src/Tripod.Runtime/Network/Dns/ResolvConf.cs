using System.Net;

namespace Tripod.Runtime.Network.Dns;

/// <summary>Reads the nameservers of resolv.conf(5). Pure.</summary>
public static class ResolvConf
{
    public static IReadOnlyList<IPAddress> ParseNameservers(string text)
    {
        List<IPAddress> servers = [];
        foreach (var line in text.Split('\n'))
        {
            if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var server, ..]
                && IPAddress.TryParse(server, out var address) && !servers.Contains(address))
            {
                servers.Add(address);
            }
        }

        return servers;
    }
}
