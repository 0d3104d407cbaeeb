using System.Buffers.Binary;

namespace Tripod.Runtime.Network.Dns;

/// <summary>DNS messages on a stream, each behind its length in two bytes (RFC 1035, section 4.2.2).</summary>
internal static class TcpFrame
{
    /// <summary>Null at the end of the stream, or when what comes is no message.</summary>
    public static async Task<byte[]?> Read(Stream stream, CancellationToken cancel)
    {
        var length = new byte[2];
        if (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancel) < length.Length)
        {
            return null;
        }

        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        return message.Length >= DnsMessage.HeaderSize
            && await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancel) == message.Length
            ? message
            : null;
    }

    public static async Task Write(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        var framed = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, checked((ushort)message.Length));
        message.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, cancel);
    }
}
