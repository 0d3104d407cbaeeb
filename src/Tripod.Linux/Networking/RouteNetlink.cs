namespace Tripod.Linux.Networking;

/// <summary>
/// Links, addresses and routes of one network namespace (rtnetlink(7)). It opens in microseconds: make one per piece
/// of work. Not for two threads at once.
/// </summary>
public sealed class RouteNetlink : IDisposable
{
    private const int NETLINK_ROUTE = 0;

    private readonly NetlinkSocket socket;

    private RouteNetlink(NetlinkSocket socket) => this.socket = socket;

    /// <summary>Of the calling thread's namespace.</summary>
    public static RouteNetlink Open() => new(new NetlinkSocket(NETLINK_ROUTE));

    /// <summary>Of another namespace; the caller's thread stays where it is.</summary>
    public static RouteNetlink Open(FileDescriptor netns) => new(Netns.Run(netns, static () => new NetlinkSocket(NETLINK_ROUTE)));

    /// <summary>Sends all in one system call; see <see cref="NetlinkSocket.Execute"/>.</summary>
    public void Execute(NetlinkBatch batch) => socket.Execute(batch);

    public Link? FindLink(string name)
    {
        Link? found = null;
        try
        {
            socket.Query(RouteMessages.GetLink(name), (_, body) => found = Link.Read(body));
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
        }

        return found;
    }

    public IReadOnlyList<Link> Links() => Dump(RouteMessages.RTM_GETLINK, 0, "list links", Link.Read);

    /// <summary>IPv4 only.</summary>
    public IReadOnlyList<InterfaceAddress> Addresses() =>
        Dump(RouteMessages.RTM_GETADDR, RouteMessages.AF_INET, "list addresses", InterfaceAddress.Read);

    /// <summary>IPv4 only, of all tables.</summary>
    public IReadOnlyList<Route> Routes() => Dump(RouteMessages.RTM_GETROUTE, RouteMessages.AF_INET, "list routes", Route.Read);

    public void Dispose() => socket.Dispose();

    private delegate T? Reader<T>(ReadOnlySpan<byte> body);

    private List<T> Dump<T>(ushort type, byte family, string operation, Reader<T> read)
    {
        List<T> all = [];
        socket.Query(RouteMessages.Dump(type, family, operation), (_, body) =>
        {
            if (read(body) is { } one)
            {
                all.Add(one);
            }
        });
        return all;
    }
}
