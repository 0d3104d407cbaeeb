using System.Net.Sockets;
using System.Net.WebSockets;

namespace Tripod.FrontDoors.Streaming;

/// <summary>How it shows that a client closed its connection in the middle: nothing to report to anybody.</summary>
internal static class ClientGone
{
    public static bool Is(Exception failure) =>
        failure is OperationCanceledException or IOException or WebSocketException or SocketException or ObjectDisposedException;
}
