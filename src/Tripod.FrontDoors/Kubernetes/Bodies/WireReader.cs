using System.Buffers.Binary;
using System.Text;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>Protobuf's wire format (protobuf.dev/programming-guides/encoding), over bytes that nobody vouches for.</summary>
/// <remarks>Own code, since nested messages are read where they lie: no copy, whatever the depth.</remarks>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool AtEnd => rest.IsEmpty;

    public (int Number, WireType Type) ReadTag()
    {
        var tag = ReadVarint();
        var number = tag >> 3;
        return number is 0 or > 0x1FFF_FFFF ? throw Malformed("illegal tag") : ((int)number, (WireType)(tag & 7));
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var octet = Take(1)[0];
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                return value;
            }
        }
        throw Malformed("integer overflow");
    }

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadVarint();
        return length > (ulong)rest.Length ? throw Malformed("unexpected end") : Take((int)length);
    }

    public string ReadString() => Text(ReadBytes());

    public void Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint: ReadVarint(); break;
            case WireType.Fixed64: Take(8); break;
            case WireType.Bytes: ReadBytes(); break;
            case WireType.Fixed32: Take(4); break;
            default: throw Malformed("wire type that proto3 and Kubernetes do not use");
        }
    }

    public static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("a text that is not UTF-8");
        }
    }

    public static ApiException Malformed(string what) => ApiException.BadRequest($"the request body is not protobuf as Kubernetes has it: {what}");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
        {
            throw Malformed("unexpected end");
        }
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
