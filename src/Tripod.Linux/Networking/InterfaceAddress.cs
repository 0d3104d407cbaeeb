using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>An address of an interface, with the length of its network's prefix.</summary>
public sealed record InterfaceAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>The interface that has it; 0 for one that is still to be given.</summary>
    public int Interface { get; init; }

    public bool IsInet6 => Address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The last address of its network, of IPv4.</summary>
    public IPAddress Broadcast
    {
        get
        {
            var bytes = Address.GetAddressBytes();
            var host = PrefixLength == 0 ? uint.MaxValue : (1u << (32 - PrefixLength)) - 1;
            BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) | host);
            return new IPAddress(bytes);
        }
    }

    public override string ToString() => $"{Address}/{PrefixLength}";

    internal static InterfaceAddress? Read(ReadOnlySpan<byte> body)
    {
        // Of IPv6 the kernel names the address alone, but for links from one machine to one other.
        IPAddress? local = null, address = null;
        var attributes = new NetlinkAttributes(body[8..]);
        while (attributes.Next())
        {
            if (attributes.Type == RouteMessages.IFA_LOCAL)
            {
                local = attributes.AsAddress;
            }
            else if (attributes.Type == RouteMessages.IFA_ADDRESS)
            {
                address = attributes.AsAddress;
            }
        }

        local ??= body[0] == RouteMessages.AF_INET6 ? address : null;
        return local is null ? null : new InterfaceAddress(local, body[1]) { Interface = MemoryMarshal.Read<int>(body[4..]) };
    }
}
