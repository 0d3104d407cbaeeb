namespace Tripod.Linux.Networking;

/// <summary>
/// Links, addresses and routes of one network namespace (rtnetlink(7)). It opens in microseconds: make one per piece
/// of work. Not for two threads at once.
/// </summary>
public sealed class RouteNetlink : IDisposable
{
    private const int NETLINK_ROUTE = 0;

    private const int RTMGRP_LINK = 1, RTMGRP_IPV6_IFADDR = 0x100;

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

    /// <summary>IPv4's, or IPv6's.</summary>
    public IReadOnlyList<InterfaceAddress> Addresses(bool inet6 = false) =>
        Dump(RouteMessages.RTM_GETADDR, Family(inet6), "list addresses", InterfaceAddress.Read);

    /// <summary>IPv4's, or IPv6's, of all tables.</summary>
    public IReadOnlyList<Route> Routes(bool inet6 = false) => Dump(RouteMessages.RTM_GETROUTE, Family(inet6), "list routes", Route.Read);

    /// <summary>Calls back, on the event loop's thread, when an interface has got or lost an IPv6 address.</summary>
    public static IDisposable WatchInet6Addresses(Action changed)
    {
        var events = new NetlinkSocket(NETLINK_ROUTE, RTMGRP_IPV6_IFADDR);
        return new Watch(events, events.WatchEvents(_ => changed()));
    }

    public void Dispose() => socket.Dispose();

    private NetlinkSocket OpenSocket(uint groups) => netns is null
        ? new NetlinkSocket(NETLINK_ROUTE, groups)
        : Netns.Run(netns, () => new NetlinkSocket(NETLINK_ROUTE, groups));

    private static byte Family(bool inet6) => inet6 ? RouteMessages.AF_INET6 : RouteMessages.AF_INET;

    private sealed class Watch(NetlinkSocket socket, IDisposable watch) : IDisposable
    {
        public void Dispose()
        {
            watch.Dispose();
            socket.Dispose();
        }
    }

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
