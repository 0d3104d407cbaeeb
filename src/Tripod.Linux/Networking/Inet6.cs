using System.Net;

namespace Tripod.Linux.Networking;

/// <summary>Whether the calling thread's network namespace speaks IPv6, and lets it through (ip-sysctl.rst).</summary>
public static class Inet6
{
    private const string Settings = "/proc/sys/net/ipv6/conf";

    /// <summary>Neither left out of the kernel nor switched off for all interfaces.</summary>
    public static bool IsPresent() =>
        File.Exists($"{Settings}/all/disable_ipv6") && File.ReadAllText($"{Settings}/all/disable_ipv6").Trim() == "0";

    /// <summary>
    /// Lets packets that come in by the interface go out by others. From Linux 6.17 on that is said of one interface alone
    /// (force_forwarding); before, only of all at once, which would end the machine's own autoconfiguration: where an
    /// interface takes router advertisements it is told first to go on doing so.
    /// </summary>
    public static void AllowForwarding(string name)
    {
        if (File.Exists($"{Settings}/{name}/force_forwarding"))
        {
            Sysctl.Set($"net/ipv6/conf/{name}/force_forwarding", "1");
            return;
        }

        AllowForwardingEverywhere();
    }

    /// <summary>As <see cref="AllowForwarding"/> does on an older kernel.</summary>
    public static void AllowForwardingEverywhere()
    {
        if (File.ReadAllText($"{Settings}/all/forwarding").Trim() == "1")
        {
            return;
        }

        // all and default as well: they are what new interfaces begin with.
        foreach (var name in Directory.EnumerateDirectories(Settings).Select(Path.GetFileName))
        {
            if (File.ReadAllText($"{Settings}/{name}/accept_ra").Trim() == "1")
            {
                Sysctl.Set($"net/ipv6/conf/{name}/accept_ra", "2");
            }
        }

        Sysctl.Set("net/ipv6/conf/all/forwarding", "1");
    }

    /// <summary>
    /// Whether an answer to ::1 that comes in by a bridge gets to this machine. Where bridged packets pass the host's rules
    /// (br_netfilter), conntrack gives it that address before the kernel looks at what came over the wire, and drops it.
    /// </summary>
    public static bool IsLoopbackAnswered()
    {
        const string Setting = "/proc/sys/net/bridge/bridge-nf-call-ip6tables";
        return !File.Exists(Setting) || File.ReadAllText(Setting).Trim() == "0";
    }

    /// <summary>Of the interface alone: no advertisement of a stranger's changes its addresses or routes, and none of its addresses waits to be found unique.</summary>
    public static void TrustOwnAddresses(string name)
    {
        Sysctl.SetIfPresent($"net/ipv6/conf/{name}/disable_ipv6", "0");
        Sysctl.SetIfPresent($"net/ipv6/conf/{name}/accept_ra", "0");
        Sysctl.SetIfPresent($"net/ipv6/conf/{name}/accept_dad", "0");
    }

    public static void Forbid(string name) => Sysctl.SetIfPresent($"net/ipv6/conf/{name}/disable_ipv6", "1");

    /// <summary>Reached from this link alone.</summary>
    public static bool IsOfLink(IPAddress address) => address.IsIPv6LinkLocal || IPAddress.IsLoopback(address);
}
