using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Tripod.Runtime.Network;

/// <summary>What interfaces are called and which MAC they have, both told by what is known anyway.</summary>
public static class InterfaceNames
{
    /// <summary>A pod's interface, inside.</summary>
    public const string Pod = "eth0";

    private const int HexDigits = 11;
    private const int LongestEngine = 11;

    /// <summary>The engine's name is part of interface names and of nftables' commands.</summary>
    public static void Validate(string engine)
    {
        if (engine.Length is 0 or > LongestEngine || !char.IsAsciiLetter(engine[0])
            || !engine.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new RuntimeException(
                RuntimeErrorKind.InvalidArgument,
                $"open network: engine name '{engine}' cannot be used: choose a letter and then up to {LongestEngine - 1} letters, digits, - or _");
        }
    }

    public static string Bridge(string engine) => engine + "0";

    /// <summary>The host's end: <c>veth</c> and the id's first 11 hex digits, as long as a name may be (15).</summary>
    public static string Host(string containerId)
    {
        var start = containerId.Length >= HexDigits ? containerId[..HexDigits] : "";
        var hex = start.Length > 0 && start.All(char.IsAsciiHexDigitLower)
            ? start
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(containerId)))[..HexDigits];
        return "veth" + hex;
    }

    /// <summary>A host's end that is being deleted.</summary>
    public static string Discarded(int index) => $"gone{index:x}";

    /// <summary>
    /// Locally administered, and a function of the IPv4 address: when the address gets a new owner, what neighbours
    /// remember of it stays right.
    /// </summary>
    public static byte[] Mac(IPAddress address) => [0x0a, 0x58, .. address.GetAddressBytes()];
}
