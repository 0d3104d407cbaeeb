using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Networking;

/// <summary>Walks the attributes of a message from the kernel; a malformed tail ends the walk.</summary>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    // The two top bits say nested and byte order (netlink(7)).
    private const int TypeMask = 0x3fff;

    private ReadOnlySpan<byte> rest = bytes;

    public int Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly int AsInt32 => Value.Length >= 4 ? MemoryMarshal.Read<int>(Value) : 0;

    public readonly string AsString => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    public readonly IPAddress? AsAddress => Value.Length is 4 or 16 ? new IPAddress(Value) : null;

    public bool Next()
    {
        if (rest.Length < 4)
        {
            return false;
        }

        int size = MemoryMarshal.Read<ushort>(rest);
        if (size < 4 || size > rest.Length)
        {
            return false;
        }

        Type = MemoryMarshal.Read<ushort>(rest[2..]) & TypeMask;
        Value = rest[4..size];
        rest = rest[Math.Min((size + 3) & ~3, rest.Length)..];
        return true;
    }
}
