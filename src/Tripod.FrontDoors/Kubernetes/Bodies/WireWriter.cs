using System.Buffers.Binary;
using System.Text;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>
/// Protobuf's wire format, written from the end to the beginning: so the length of a message is known when it is to be
/// written before it, and nothing is written twice.
/// </summary>
internal sealed class WireWriter
{
    private byte[] buffer = new byte[4096];

    /// <summary>How much is written.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(buffer.Length - Length);

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Text(string text) => Encoding.UTF8.GetBytes(text, Take(Encoding.UTF8.GetByteCount(text)));

    public void Varint(ulong value)
    {
        var size = 1;
        for (var rest = value; rest >= 0x80; rest >>= 7)
        {
            size++;
        }

        var place = Take(size);
        for (var i = 0; i < size; i++)
        {
            place[i] = (byte)((value & 0x7F) | (i < size - 1 ? 0x80u : 0));
            value >>= 7;
        }
    }

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    public void Tag(int number, WireType type) => Varint(((ulong)number << 3) | (ulong)type);

    /// <summary>Writes what stands before a message that has just been written: its tag and its length.</summary>
    /// <param name="number">The field's.</param>
    /// <param name="before"><see cref="Length"/> as it was before the message.</param>
    public void Head(int number, int before)
    {
        Varint((ulong)(Length - before));
        Tag(number, WireType.Bytes);
    }

    public void TextField(int number, string text)
    {
        var before = Length;
        Text(text);
        Head(number, before);
    }

    public void IntegerField(int number, long value)
    {
        Varint((ulong)value);
        Tag(number, WireType.Varint);
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > buffer.Length)
        {
            var larger = new byte[Math.Max(buffer.Length * 2, Length + count)];
            Written.CopyTo(larger.AsSpan(larger.Length - Length));
            buffer = larger;
        }

        Length += count;
        return buffer.AsSpan(buffer.Length - Length, count);
    }
}
