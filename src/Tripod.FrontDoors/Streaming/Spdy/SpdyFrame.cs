using System.Buffers.Binary;

namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>Types of control frames (SPDY/3.1, section 2.6).</summary>
internal enum SpdyFrameType
{
    Data = 0,
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

internal enum SpdyResetReason
{
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    Cancel = 5,
    StreamAlreadyClosed = 9,
}

/// <summary>The eight bytes that each frame begins with: a data frame's carry its stream, a control frame's version and type.</summary>
/// <param name="StreamId">Of a data frame; zero otherwise.</param>
internal readonly record struct SpdyFrameHead(SpdyFrameType Type, uint StreamId, bool Fin, int Length)
{
    public const int Size = 8;
    public const byte FinFlag = 1;
    private const uint Control = 0x80000000;
    private const uint Version = 3;

    /// <summary>Null for a control frame of another version.</summary>
    public static SpdyFrameHead? Parse(ReadOnlySpan<byte> head)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(head);
        var second = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        var (fin, length) = (((second >> 24) & FinFlag) != 0, (int)(second & 0xFFFFFF));
        return (first & Control) == 0 ? new(SpdyFrameType.Data, first, fin, length)
            : ((first >> 16) & 0x7FFF) == Version ? new((SpdyFrameType)(first & 0xFFFF), 0, fin, length)
            : null;
    }

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, Type == SpdyFrameType.Data ? StreamId : Control | (Version << 16) | (uint)Type);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], ((Fin ? FinFlag : 0u) << 24) | (uint)Length);
    }

    /// <summary>A control frame whose body is one or two numbers.</summary>
    public static byte[] Frame(SpdyFrameType type, params ReadOnlySpan<uint> numbers)
    {
        var frame = new byte[Size + (numbers.Length * 4)];
        new SpdyFrameHead(type, 0, Fin: false, numbers.Length * 4).Write(frame);
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(Size + (i * 4)), numbers[i]);
        }

        return frame;
    }
}
