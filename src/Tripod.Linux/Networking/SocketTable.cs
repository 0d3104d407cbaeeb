using System.Globalization;

namespace Tripod.Linux.Networking;

/// <summary>Reads /proc/net/tcp and its siblings (proc_net(5)): columns by blanks, addresses in hex, the inode tenth.</summary>
public static class SocketTable
{
    private const int LocalAddress = 1, State = 3, Inode = 9;
    private const string Listening = "0A";

    /// <summary>The inodes of sockets with that local port: of those that listen, or of all if none does.</summary>
    public static IReadOnlyList<long> Inodes(IEnumerable<string> lines, int port)
    {
        List<long> listening = [], others = [];
        foreach (var line in lines)
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length <= Inode || LocalPort(columns[LocalAddress]) != port
                || !long.TryParse(columns[Inode], NumberStyles.None, CultureInfo.InvariantCulture, out var inode) || inode == 0)
            {
                continue;
            }

            (columns[State] == Listening ? listening : others).Add(inode);
        }

        return listening.Count > 0 ? listening : others;
    }

    private static int LocalPort(string address) =>
        int.TryParse(address.AsSpan(address.IndexOf(':') + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port)
            ? port
            : -1;
}
