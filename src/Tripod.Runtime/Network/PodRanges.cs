using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Tripod.Runtime.Network;

/// <summary>Where pods get their addresses, read from podCidr. Pure: it is told what the machine has.</summary>
/// <param name="Inet">IPv4's.</param>
/// <param name="Inet6">Null: pods have IPv4 alone.</param>
public sealed record PodRanges(IpCidr Inet, IpCidr? Inet6)
{
    /// <summary>In place of an IPv6 network: none is wanted.</summary>
    public const string None = "none";

    private const int SubnetPrefix = 64, LongestInet6 = 112;

    /// <param name="podCidr"><c>10.63.0.0/16</c>, with <c>,fd12:3456:789a::/64</c> or <c>,none</c> behind it where IPv6's is not to be chosen.</param>
    /// <param name="seed">What tells this engine from all others in the world, for the choice.</param>
    /// <param name="hasInet6">Whether this machine speaks IPv6; where not, pods have IPv4 alone whatever is written.</param>
    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public static PodRanges Parse(string podCidr, string seed, bool hasInet6)
    {
        var parts = podCidr.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length > 2 || !IpCidr.TryParse(parts[0], out var inet))
        {
            throw new RuntimeException(
                RuntimeErrorKind.InvalidArgument,
                $"open network: podCidr {podCidr} cannot be used: write an IPv4 network as 10.63.0.0/16, and an IPv6 network behind it as in 10.63.0.0/16,fd12:3456:789a::/64");
        }

        IpCidr? inet6 = parts is [_, var second] ? second == None ? null : ParseInet6(podCidr, second) : Choose(seed);
        return new(inet, hasInet6 ? inet6 : null);
    }

    /// <summary>A /64 of the addresses that belong to whoever made them up (RFC 4193): the same for the same seed, and hardly anybody else's.</summary>
    public static IpCidr Choose(string seed)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed));
        byte[] address = [0xfd, .. hash[..7], 0, 0, 0, 0, 0, 0, 0, 0];
        return IpCidr.Around(new(address), SubnetPrefix);
    }

    private static IpCidr ParseInet6(string podCidr, string text) =>
        IpCidr.TryParse(text, AddressFamily.InterNetworkV6, out var cidr) && cidr.PrefixLength is >= 8 and <= LongestInet6
            ? cidr
            : throw new RuntimeException(
                RuntimeErrorKind.InvalidArgument,
                $"open network: podCidr {podCidr}: {text} is no IPv6 network of a prefix length from 8 to {LongestInet6}: write it as fd12:3456:789a::/64, or {None} for IPv4 alone");
}
