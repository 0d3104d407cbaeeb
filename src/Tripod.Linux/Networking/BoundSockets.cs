using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>TCP sockets that are bound but neither listen nor are connected, which /proc does not show (sock_diag(7), Linux 6.8).</summary>
internal static class BoundSockets
{
    private const int NETLINK_SOCK_DIAG = 4;
    private const ushort SOCK_DIAG_BY_FAMILY = 20;
    private const byte IPPROTO_TCP = 6;
    private const int TCP_BOUND_INACTIVE = 13;

    // struct inet_diag_req_v2 and inet_diag_msg.
    private const int RequestSize = 56, StatesOffset = 4, AnswerSize = 72, PortOffset = 4, InodeOffset = 68;

    /// <summary>Their inodes; none on a kernel that cannot tell.</summary>
    public static IReadOnlyList<long> TcpInodes(int port)
    {
        List<long> inodes = [];
        try
        {
            using var socket = new NetlinkSocket(NETLINK_SOCK_DIAG);
            foreach (var family in (byte[])[RouteMessages.AF_INET, RouteMessages.AF_INET6])
            {
                var request = new byte[RequestSize];
                request[0] = family;
                request[1] = IPPROTO_TCP;
                MemoryMarshal.Write(request.AsSpan(StatesOffset), 1 << TCP_BOUND_INACTIVE);
                var question = new NetlinkBatch().Message(
                    SOCK_DIAG_BY_FAMILY, RouteMessages.NLM_F_REQUEST | RouteMessages.NLM_F_DUMP, "list sockets", "", request);
                socket.Query(question, (_, body) =>
                {
                    if (body.Length >= AnswerSize && BinaryPrimitives.ReadUInt16BigEndian(body[PortOffset..]) == port)
                    {
                        inodes.Add(MemoryMarshal.Read<uint>(body[InodeOffset..]));
                    }
                });
            }
        }
        catch (LinuxException)
        {
            // No such module.
        }

        return inodes;
    }
}
