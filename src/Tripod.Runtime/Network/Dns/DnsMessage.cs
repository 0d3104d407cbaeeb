using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tripod.Runtime.Network.Dns;

public enum DnsResponseCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NotImplemented = 4,
}

/// <summary>
/// Just so much of DNS messages (RFC 1035, section 4) as a forwarder needs: to read a question, to answer it from what
/// it knows, and to tell whether an answer belongs to it. Pure.
/// </summary>
public static class DnsMessage
{
    public const int HeaderSize = 12;
    public const ushort TypeA = 1;
    private const ushort TypeAaaa = 28, ClassInternet = 1;
    private const int LongestName = 255, LongestLabel = 63;
    private const byte Response = 0x80, OpcodeMask = 0x78, RecursionDesired = 1, RecursionAvailable = 0x80, CodeMask = 0x0f;

    // Names of the engine's own may change at any time.
    private const int OwnNamesTimeToLiveSeconds = 5;

    public static ushort ReadId(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message);

    public static void WriteId(Span<byte> message, ushort id) => BinaryPrimitives.WriteUInt16BigEndian(message, id);

    public static DnsResponseCode ReadCode(ReadOnlySpan<byte> message) => (DnsResponseCode)(message[3] & CodeMask);

    public static bool IsResponse(ReadOnlySpan<byte> message) => message.Length >= HeaderSize && (message[2] & Response) != 0;

    /// <summary>The question of a query; an error code if there is none that can be answered.</summary>
    public static DnsQuestion? ReadQuestion(ReadOnlySpan<byte> query, out DnsResponseCode error)
    {
        error = DnsResponseCode.FormatError;
        if (query.Length < HeaderSize)
        {
            return null;
        }

        if ((query[2] & OpcodeMask) != 0)
        {
            error = DnsResponseCode.NotImplemented;
            return null;
        }

        var name = new StringBuilder();
        var offset = HeaderSize;
        while (BinaryPrimitives.ReadUInt16BigEndian(query[4..]) == 1 && offset < query.Length && offset - HeaderSize < LongestName)
        {
            int size = query[offset++];
            if (size == 0)
            {
                return query.Length < offset + 4
                    ? null
                    : new DnsQuestion(
                        name.ToString(), BinaryPrimitives.ReadUInt16BigEndian(query[offset..]),
                        BinaryPrimitives.ReadUInt16BigEndian(query[(offset + 2)..]), offset + 4 - HeaderSize);
            }

            if (size > LongestLabel || offset + size > query.Length)
            {
                return null;
            }

            if (name.Length > 0)
            {
                name.Append('.');
            }

            name.Append(Encoding.Latin1.GetString(query.Slice(offset, size)).ToLowerInvariant());
            offset += size;
        }

        return null;
    }

    /// <summary>An answer without records, to a query of at least a header.</summary>
    public static byte[] Reply(ReadOnlySpan<byte> query, DnsResponseCode code, DnsQuestion? question = null)
    {
        var reply = new byte[HeaderSize + (question?.Size ?? 0)];
        query[..2].CopyTo(reply);
        reply[2] = (byte)(Response | (query[2] & (OpcodeMask | RecursionDesired)));
        reply[3] = (byte)(RecursionAvailable | (byte)code);
        if (question is not null)
        {
            reply[5] = 1;
            query.Slice(HeaderSize, question.Size).CopyTo(reply.AsSpan(HeaderSize));
        }

        return reply;
    }

    /// <summary>The addresses of the kind that is asked for, which may be none: the name is there all the same.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> query, DnsQuestion question, IReadOnlyList<IPAddress> addresses)
    {
        var message = new List<byte>(Reply(query, DnsResponseCode.NoError, question));
        var fitting = addresses.Where(address => question.Class == ClassInternet && question.Type == TypeOf(address)).ToList();
        foreach (var bytes in fitting.Select(static address => address.GetAddressBytes()))
        {
            // The name is a pointer to the question's; then type, class, time to live, length, data.
            message.AddRange([0xc0, HeaderSize, (byte)(question.Type >> 8), (byte)question.Type, 0, (byte)ClassInternet]);
            message.AddRange([0, 0, 0, OwnNamesTimeToLiveSeconds, 0, (byte)bytes.Length, .. bytes]);
        }

        message[6] = (byte)(fitting.Count >> 8);
        message[7] = (byte)fitting.Count;
        return [.. message];
    }

    /// <summary>The message answers this query: the id (set by whoever sent it) and the question are the same.</summary>
    public static bool Answers(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query) =>
        IsResponse(message) && ReadId(message) == ReadId(query)
        && ReadQuestion(query, out _) is { } asked
        && (ReadQuestion(message, out _) is { } answered ? asked == answered : ReadCode(message) != DnsResponseCode.NoError);

    private static ushort TypeOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? TypeAaaa : TypeA;
}
