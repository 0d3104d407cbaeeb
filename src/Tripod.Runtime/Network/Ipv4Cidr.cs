using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tripod.Runtime.Network;

/// <summary>An IPv4 network, for example 10.63.0.0/16. Addresses in it are counted from 0, the network's own.</summary>
public readonly record struct Ipv4Cidr
{
    private readonly uint network;

    private Ipv4Cidr(uint network, int prefixLength)
    {
        this.network = network;
        PrefixLength = prefixLength;
    }

    public int PrefixLength { get; }

    /// <summary>How many addresses it has, with the network's own and the broadcast address.</summary>
    public long Size => 1L << (32 - PrefixLength);

    public IPAddress this[long index] =>
        index >= 0 && index < Size ? FromBits(network + (uint)index) : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Reads <c>a.b.c.d/n</c>; bits to the right of the prefix are refused, as Kubernetes refuses them.</summary>
    public static bool TryParse(string text, out Ipv4Cidr cidr)
    {
        cidr = default;
        var slash = text.IndexOf('/');
        if (slash < 0 || !TryParseAddress(text[..slash], out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefixLength)
            || prefixLength > 32)
        {
            return false;
        }

        cidr = Around(address, prefixLength);
        return cidr.network == ToBits(address);
    }

    /// <summary>Four decimal parts and nothing else; the platform's parser also takes <c>10.63</c> and octal.</summary>
    public static bool TryParseAddress(string text, out IPAddress address)
    {
        if (IPAddress.TryParse(text, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() == text)
        {
            address = parsed;
            return true;
        }

        address = IPAddress.None;
        return false;
    }

    /// <summary>The network of that prefix length that the address lies in.</summary>
    public static Ipv4Cidr Around(IPAddress address, int prefixLength) =>
        new(ToBits(address) & Mask(prefixLength), prefixLength);

    public bool Contains(IPAddress address) => (ToBits(address) & Mask(PrefixLength)) == network;

    public bool Overlaps(Ipv4Cidr other)
    {
        var mask = Mask(Math.Min(PrefixLength, other.PrefixLength));
        return (network & mask) == (other.network & mask);
    }

    /// <summary>The inverse of the indexer.</summary>
    public long IndexOf(IPAddress address) =>
        Contains(address) ? ToBits(address) - network : throw new ArgumentOutOfRangeException(nameof(address));

    public override string ToString() => $"{FromBits(network)}/{PrefixLength}";

    private static uint Mask(int prefixLength) => prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength);

    private static uint ToBits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var written) && written == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw new ArgumentException($"{address} is no IPv4 address", nameof(address));
    }

    private static IPAddress FromBits(uint bits)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, bits);
        return new IPAddress(bytes);
    }
}
