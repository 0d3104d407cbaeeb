using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>The messages of one datagram from the kernel, for <c>foreach</c>; a malformed tail ends the walk.</summary>
public ref struct NetlinkMessages(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public Entry Current { get; private set; }

    public readonly NetlinkMessages GetEnumerator() => this;

    public bool MoveNext()
    {
        if (rest.Length < NetlinkBatch.HeaderSize)
        {
            return false;
        }

        var size = MemoryMarshal.Read<int>(rest);
        if (size < NetlinkBatch.HeaderSize || size > rest.Length)
        {
            return false;
        }

        Current = new Entry(
            MemoryMarshal.Read<ushort>(rest[4..]), MemoryMarshal.Read<uint>(rest[8..]), rest[NetlinkBatch.HeaderSize..size]);
        rest = rest[Math.Min((size + 3) & ~3, rest.Length)..];
        return true;
    }

    public readonly ref struct Entry(ushort type, uint sequence, ReadOnlySpan<byte> body)
    {
        public int Type { get; } = type;

        public uint Sequence { get; } = sequence;

        public ReadOnlySpan<byte> Body { get; } = body;
    }
}
