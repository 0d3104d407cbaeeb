using System.Net.Sockets;

namespace Tripod.FrontDoors;

/// <summary>Unix sockets that doors listen on: one that somebody serves is left alone, what a killed engine left is taken over.</summary>
internal static class ServedSocket
{
    public static bool Is(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
