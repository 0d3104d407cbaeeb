using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Networking;

/// <summary>
/// Netlink messages one after the other, to be sent in one system call (netlink(7)). Pure encoding: the kernel's
/// byte order is the machine's, lengths are back-patched, everything is padded to 4 bytes.
/// </summary>
public sealed class NetlinkBatch
{
    internal const int HeaderSize = 16;
    private const int AttributeHeaderSize = 4;
    private const ushort NLA_F_NESTED = 0x8000;

    private readonly List<(int Offset, string Operation, string Subject)> messages = [];
    private byte[] buffer = new byte[512];
    private int length;

    /// <summary>How many messages are in it.</summary>
    public int Count => messages.Count;

    /// <summary>All messages as they go to the kernel.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            Close();
            return buffer.AsSpan(0, length);
        }
    }

    /// <summary>Opens a message; what follows belongs to it until the next one. The texts are for the error, should it fail.</summary>
    public NetlinkBatch Message(ushort type, ushort flags, string operation, string subject, ReadOnlySpan<byte> body)
    {
        Close();
        messages.Add((length, operation, subject));
        var header = Take(HeaderSize);
        MemoryMarshal.Write(header[4..], type);
        MemoryMarshal.Write(header[6..], flags);
        body.CopyTo(Take(body.Length));
        return this;
    }

    public NetlinkBatch Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var size = AttributeHeaderSize + value.Length;
        var attribute = Take(size);
        MemoryMarshal.Write(attribute, checked((ushort)size));
        MemoryMarshal.Write(attribute[2..], type);
        value.CopyTo(attribute[AttributeHeaderSize..]);
        return this;
    }

    public NetlinkBatch Attribute(ushort type, byte value) => Attribute(type, [value]);

    public NetlinkBatch Attribute(ushort type, int value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    /// <summary>A string with its closing zero, as interface names are sent.</summary>
    public NetlinkBatch Attribute(ushort type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    public NetlinkBatch Attribute(ushort type, IPAddress value) => Attribute(type, value.GetAddressBytes());

    /// <summary>An attribute whose value is the attributes that <paramref name="inner"/> adds, after a fixed <paramref name="prefix"/> if any.</summary>
    public NetlinkBatch Nested(ushort type, Action<NetlinkBatch> inner, ReadOnlySpan<byte> prefix = default)
    {
        var start = length;
        var header = Take(AttributeHeaderSize);
        MemoryMarshal.Write(header[2..], (ushort)(type | NLA_F_NESTED));
        prefix.CopyTo(Take(prefix.Length));
        inner(this);
        MemoryMarshal.Write(buffer.AsSpan(start), checked((ushort)(length - start)));
        return this;
    }

    /// <summary>Numbers the messages from <paramref name="first"/>, so that an answer names the one it is for.</summary>
    internal void Number(uint first)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            MemoryMarshal.Write(buffer.AsSpan(messages[i].Offset + 8), first + (uint)i);
        }
    }

    internal (string Operation, string Subject) Describe(int index) => (messages[index].Operation, messages[index].Subject);

    private void Close()
    {
        if (messages.Count > 0)
        {
            var start = messages[^1].Offset;
            MemoryMarshal.Write(buffer.AsSpan(start), length - start);
        }
    }

    private Span<byte> Take(int size)
    {
        var padded = (size + 3) & ~3;
        while (length + padded > buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var taken = buffer.AsSpan(length, size);
        length += padded;
        return taken;
    }
}
