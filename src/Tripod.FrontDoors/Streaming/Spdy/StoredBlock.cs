using System.Buffers.Binary;

namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>Deflate without compression (RFC 1951, section 3.2.4).</summary>
internal static class StoredBlock
{
    private static readonly byte[] ZlibHead = [0x78, 0x01];

    /// <summary>Not the last block; its length; the length's complement.</summary>
    public static byte[] Head(int length)
    {
        var head = new byte[5];
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(1), (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(3), (ushort)~length);
        return head;
    }

    /// <summary>A header block without headers: the count of zero, and an empty block behind it, at which Go's inflater hands out what it has.</summary>
    /// <param name="first">Of the connection: it begins the zlib stream.</param>
    public static byte[] NoHeaders(bool first) => [.. first ? ZlibHead : [], .. Head(4), 0, 0, 0, 0, .. Head(0)];
}
