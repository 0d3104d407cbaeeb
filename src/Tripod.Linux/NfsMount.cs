using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tripod.Linux;

/// <summary>Directories of another machine, by NFS. No mount.nfs is needed: the kernel's client is told the server's address and the version as text (nfs(5)).</summary>
public static class NfsMount
{
    private const int UsualPort = 2049;
    private const string NoClient = "the kernel has no NFS client: load the module nfs, or boot a kernel that has it (Debian: linux-image-amd64)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>As mount.nfs asks for them, one after the other. The last one's locks need a daemon, which is done without.</summary>
    private static readonly string[] Versions = ["vers=4.2", "vers=4.1", "vers=4.0", "vers=3,nolock"];

    private static readonly Dictionary<string, MountFlags> Flags = new(StringComparer.Ordinal)
    {
        ["noatime"] = MountFlags.NoAccessTimes,
        ["nodiratime"] = MountFlags.NoDirectoryAccessTimes,
        ["sync"] = MountFlags.Synchronous,
        ["defaults"] = MountFlags.None,
        ["_netdev"] = MountFlags.None,
        ["relatime"] = MountFlags.None,
        ["auto"] = MountFlags.None,
        ["noauto"] = MountFlags.None,
    };

    /// <param name="server">A name or an address.</param>
    /// <param name="path">What it exports.</param>
    /// <param name="target">A directory that is there.</param>
    /// <param name="options">Each as <c>nfsvers=4.1</c> or <c>noatime</c>.</param>
    /// <exception cref="IOException">The server is not to be reached or refuses, or this kernel cannot; the message says which.</exception>
    public static void Mount(string server, string path, string target, IReadOnlyList<string> options)
    {
        var port = options.Select(static option => option.Split('=')).Where(static pair => pair is ["port", _]).Select(static pair => int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : UsualPort).FirstOrDefault(UsualPort);
        var address = Reach(server, port);
        var (flags, given) = MountOptions.Split(options, Flags);
        var versions = given.Any(static option => option.StartsWith("vers=", StringComparison.Ordinal) || option.StartsWith("nfsvers=", StringComparison.Ordinal)) ? [""] : Versions;
        var source = $"{(address.AddressFamily == AddressFamily.InterNetworkV6 && IPAddress.TryParse(server, out _) ? $"[{server}]" : server)}:{path}";
        foreach (var (version, isLast) in versions.Select((version, index) => (version, index == versions.Length - 1)))
        {
            try
            {
                Mounts.Mount(source, target, "nfs", flags, string.Join(',', given.Prepend(version).Where(static option => option.Length > 0).Append($"addr={address}")));
                return;
            }
            catch (LinuxException refused) when (refused.Errno is Errno.EPROTONOSUPPORT or Errno.EINVAL && !isLast)
            {
                // The server or this kernel does not speak it: the next one.
            }
            catch (LinuxException refused)
            {
                throw new IOException(refused.Errno == Errno.ENODEV ? $"nfs {source}: {NoClient}" : $"nfs {source}: {refused.Message}", refused);
            }
        }
    }

    /// <summary>The address at which it answers: mount(2) itself would wait for minutes.</summary>
    private static IPAddress Reach(string server, int port)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(server, out var literal) ? [literal] : Dns.GetHostAddresses(server);
        }
        catch (SocketException unknown)
        {
            throw new IOException($"nfs server {server}: the name cannot be resolved: {unknown.Message}", unknown);
        }

        var why = "it has no address";
        foreach (var address in addresses)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            try
            {
                socket.Connect(address, port);
            }
            catch (SocketException under) when (under.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // It answers in its own time.
            }
            catch (SocketException refused)
            {
                why = refused.Message;
                continue;
            }

            var error = socket.Poll(Patience, SelectMode.SelectWrite) ? (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! : SocketError.TimedOut;
            if (error == SocketError.Success)
            {
                return address;
            }

            why = new SocketException((int)error).Message;
        }

        throw new IOException(string.Create(CultureInfo.InvariantCulture, $"nfs server {server} does not answer on port {port}: {why}"));
    }
}
