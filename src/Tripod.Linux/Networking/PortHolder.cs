using System.Globalization;

namespace Tripod.Linux.Networking;

/// <summary>The process that has a port of this machine.</summary>
public sealed record PortHolder(int Pid, string Command)
{
    /// <summary>Null when the kernel does not tell.</summary>
    public static PortHolder? Find(PortProtocol protocol, int port)
    {
        var inodes = SocketTable.Inodes(Tables(protocol).SelectMany(ReadIfPresent), port);
        if (inodes.Count == 0 && protocol == PortProtocol.Tcp)
        {
            inodes = BoundSockets.TcpInodes(port);
        }

        return inodes.Count == 0 ? null : FindOwner(inodes.Select(static inode => $"socket:[{inode}]").ToHashSet());
    }

    private static string[] Tables(PortProtocol protocol) => protocol switch
    {
        PortProtocol.Tcp => ["/proc/net/tcp", "/proc/net/tcp6"],
        PortProtocol.Udp => ["/proc/net/udp", "/proc/net/udp6"],
        _ => [],
    };

    private static string[] ReadIfPresent(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];

    private static PortHolder? FindOwner(HashSet<string> sockets)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                continue;
            }

            try
            {
                if (Directory.EnumerateFileSystemEntries(process + "/fd").Any(fd => IsOneOf(sockets, fd)))
                {
                    return new PortHolder(pid, File.ReadAllText(process + "/comm").Trim());
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process ended while it was looked at.
            }
        }

        return null;
    }

    private static bool IsOneOf(HashSet<string> sockets, string fd) =>
        new FileInfo(fd).LinkTarget is { } target && sockets.Contains(target);
}
