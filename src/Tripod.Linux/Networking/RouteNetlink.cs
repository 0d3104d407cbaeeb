namespace Tripod.Linux.Networking;

/// <summary>
/// Links, addresses and routes of one network namespace (rtnetlink(7)). It opens in microseconds: make one per piece
/// of work. Not for two threads at once.
/// </summary>
public sealed class RouteNetlink : IDisposable
{
    private const int NETLINK_ROUTE = 0;

    private const int RTMGRP_LINK = 1;

    private readonly FileDescriptor? netns;
    private readonly NetlinkSocket socket;

    private RouteNetlink(FileDescriptor? netns, NetlinkSocket socket)
    {
        this.netns = netns;
        this.socket = socket;
    }

    /// <summary>Of the calling thread's namespace.</summary>
    public static RouteNetlink Open() => new(null, new NetlinkSocket(NETLINK_ROUTE));

    /// <summary>
    /// Of another namespace; the caller's thread stays where it is. The fd must stay open as long as this is used.
    /// What <paramref name="first"/> does, it does inside; see <see cref="Netns.Run{T}"/> for what it may do.
    /// </summary>
    public static RouteNetlink Open(FileDescriptor netns, Action? first = null) => new(netns, Netns.Run(netns, () =>
    {
        first?.Invoke();
        return new NetlinkSocket(NETLINK_ROUTE);
    }));

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

    /// <summary>
    /// Waits until the link is as wanted; false when it is not in time. To ask is often enough: from Linux 6.8 on, the
    /// kernel then does at once what follows from a change of carrier.
    /// </summary>
    public bool WaitForLink(string name, Func<Link, bool> wanted, TimeSpan timeout)
    {
        if (IsAsWanted())
        {
            return true;
        }

        using var events = OpenSocket(RTMGRP_LINK);
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!IsAsWanted())
        {
            var left = deadline - Environment.TickCount64;
            if (left <= 0 || !events.WaitForEvents((int)left))
            {
                return IsAsWanted();
            }
        }

        return true;

        bool IsAsWanted() => FindLink(name) is { } link && wanted(link);
    }

    public IReadOnlyList<Link> Links() => Dump(RouteMessages.RTM_GETLINK, 0, "list links", Link.Read);

    /// <summary>IPv4 only.</summary>
    public IReadOnlyList<InterfaceAddress> Addresses() =>
        Dump(RouteMessages.RTM_GETADDR, RouteMessages.AF_INET, "list addresses", InterfaceAddress.Read);

    /// <summary>IPv4 only, of all tables.</summary>
    public IReadOnlyList<Route> Routes() => Dump(RouteMessages.RTM_GETROUTE, RouteMessages.AF_INET, "list routes", Route.Read);

    public void Dispose() => socket.Dispose();

    private NetlinkSocket OpenSocket(uint groups) => netns is null
        ? new NetlinkSocket(NETLINK_ROUTE, groups)
        : Netns.Run(netns, () => new NetlinkSocket(NETLINK_ROUTE, groups));

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
