using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tripod.Runtime.Network;

/// <summary>A network, for example 10.63.0.0/16 or fd12:3456::/64. Addresses in it are counted from 0, the network's own.</summary>
public readonly record struct IpCidr
{
    // A count of addresses is a long: of a larger network (all of IPv6's) only so many are told apart.
    private const int MostIndexBits = 62;

    private readonly UInt128 network;

    private IpCidr(UInt128 network, int prefixLength, AddressFamily family) =>
        (this.network, PrefixLength, Family) = (network, prefixLength, family);

    public int PrefixLength { get; }

    public AddressFamily Family { get; }

    public bool IsInet6 => Family == AddressFamily.InterNetworkV6;

    /// <summary>How many addresses it has, with the network's own and the broadcast address.</summary>
    public long Size => 1L << Math.Min(Bits(Family) - PrefixLength, MostIndexBits);

    public IPAddress this[long index] =>
        index >= 0 && index < Size ? FromBits(network + (UInt128)index, Family) : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Reads <c>a.b.c.d/n</c>; bits to the right of the prefix are refused, as Kubernetes refuses them.</summary>
    public static bool TryParse(string text, out IpCidr cidr) => TryParse(text, AddressFamily.InterNetwork, out cidr);

    /// <summary>Of that family alone.</summary>
    public static bool TryParse(string text, AddressFamily family, out IpCidr cidr)
    {
        cidr = default;
        var slash = text.IndexOf('/');
        if (slash < 0 || !TryParseAddress(text[..slash], family, out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefixLength)
            || prefixLength > Bits(family))
        {
            return false;
        }

        cidr = Around(address, prefixLength);
        return cidr.network == ToBits(address);
    }

    /// <summary>Four decimal parts and nothing else; the platform's parser also takes <c>10.63</c> and octal.</summary>
    public static bool TryParseAddress(string text, out IPAddress address) => TryParseAddress(text, AddressFamily.InterNetwork, out address);

    /// <summary>An address of that family; of IPv6's none with a zone, and none that stands for an IPv4 address.</summary>
    public static bool TryParseAddress(string text, AddressFamily family, out IPAddress address)
    {
        if (IPAddress.TryParse(text, out var parsed) && parsed.AddressFamily == family
            && (family == AddressFamily.InterNetwork ? parsed.ToString() == text : IsPlainInet6(text, parsed)))
        {
            address = parsed;
            return true;
        }

        address = IPAddress.None;
        return false;
    }

    /// <summary>The network of that prefix length that the address lies in.</summary>
    public static IpCidr Around(IPAddress address, int prefixLength) =>
        new(ToBits(address) & Mask(prefixLength, address.AddressFamily), prefixLength, address.AddressFamily);

    public bool Contains(IPAddress address) =>
        address.AddressFamily == Family && (ToBits(address) & Mask(PrefixLength, Family)) == network;

    public bool Overlaps(IpCidr other)
    {
        var mask = Mask(Math.Min(PrefixLength, other.PrefixLength), Family);
        return Family == other.Family && (network & mask) == (other.network & mask);
    }

    /// <summary>The inverse of the indexer.</summary>
    public long IndexOf(IPAddress address) =>
        Contains(address) && ToBits(address) - network < (UInt128)Size ? (long)(ToBits(address) - network) : throw new ArgumentOutOfRangeException(nameof(address));

    public override string ToString() => $"{FromBits(network, Family)}/{PrefixLength}";

    private static bool IsPlainInet6(string text, IPAddress parsed) =>
        parsed.ScopeId == 0 && !parsed.IsIPv4MappedToIPv6 && !text.Contains('[', StringComparison.Ordinal) && !text.Contains('%', StringComparison.Ordinal);

    private static int Bits(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? 128 : 32;

    private static UInt128 Mask(int prefixLength, AddressFamily family)
    {
        var host = Bits(family) - prefixLength;
        return host >= 128 ? UInt128.Zero : UInt128.MaxValue << host;
    }

    private static UInt128 ToBits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static IPAddress FromBits(UInt128 bits, AddressFamily family)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (family == AddressFamily.InterNetworkV6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
            return new IPAddress(bytes);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)bits);
        return new IPAddress(bytes[..4]);
    }
}
