using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Tripod.Linux;
using Tripod.Runtime.Network.Dns;

namespace Tripod.Runtime.Network.Bridges;

/// <summary>One user network at work: its bridge, its addresses and its nameserver.</summary>
internal sealed class UserBridge : IAsyncDisposable
{
    private readonly Bridge bridge;
    private readonly IpCidr cidr;
    private readonly AddressPool pool;
    private readonly AddressPool? pool6;
    private readonly IpCidr cidr6;
    private readonly int mtu;
    private Resolver? resolver;

    public UserBridge(NetworkRecord record, int mtu)
    {
        Record = record;
        _ = IpCidr.TryParse(record.Subnet, out cidr);
        IpCidr? range = record.IpRange.Length > 0 && IpCidr.TryParse(record.IpRange, out var part) ? part : null;
        pool = new AddressPool(cidr, IPAddress.Parse(record.Gateway), range);
        if (record.Subnet6.Length > 0 && IpCidr.TryParse(record.Subnet6, AddressFamily.InterNetworkV6, out cidr6))
        {
            IpCidr? range6 = record.IpRange6.Length > 0 && IpCidr.TryParse(record.IpRange6, AddressFamily.InterNetworkV6, out var part6) ? part6 : null;
            pool6 = new AddressPool(cidr6, IPAddress.Parse(record.Gateway6), range6);
        }

        bridge = new Bridge(record.Bridge, cidr, pool.Gateway, pool6 is null ? null : (cidr6, pool6.Gateway), "Pool", "choose another --subnet");
        this.mtu = record.Options.TryGetValue("com.docker.network.driver.mtu", out var asked) && int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : mtu;
    }

    public NetworkRecord Record { get; }

    public BridgeRange Range => new(bridge.Name, cidr, Record.Internal, pool6 is null ? null : cidr6);

    public int PrefixLength => cidr.PrefixLength;

    public int PrefixLength6 => pool6 is null ? 0 : cidr6.PrefixLength;

    /// <summary>The host's servers that its nameserver reaches; null where it has none.</summary>
    public IReadOnlyList<IPAddress>? Reachable => resolver?.Reachable;

    /// <summary>Bridge, then rules, then names: each is mended where it is there already.</summary>
    public void Open() => bridge.Open();

    public async Task ServeNamesAsync(Func<IPAddress, string, IReadOnlyList<IPAddress>?> names, CancellationToken cancel)
    {
        bridge.AllowLoopbackSources();
        resolver = await Resolver.StartAsync(pool6 is null ? [pool.Gateway] : [pool.Gateway, pool6.Gateway], "/etc/resolv.conf", cancel, address => cidr.Contains(address) || (pool6 is not null && cidr6.Contains(address))).ConfigureAwait(false);
        resolver.NamesFor = names;
    }

    /// <returns>IPv6's is empty where the network has none.</returns>
    public (string Address, string Address6) Reserve(string containerId, NetworkAttachment wish)
    {
        if (wish.Address6.Length > 0 && pool6 is null)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"network {Record.Name} has no IPv6 addresses for {wish.Address6}: make it with --ipv6");
        }

        var address = Reserve(pool, containerId, wish.Address, null);
        return (address, pool6 is null ? "" : Reserve(pool6, containerId, wish.Address6, cidr.IndexOf(IPAddress.Parse(address))));
    }

    private static string Reserve(AddressPool pool, string containerId, string wanted, long? preferred)
    {
        if (wanted.Length == 0)
        {
            return pool.Reserve(containerId, preferred).ToString();
        }

        pool.Hold(containerId, IPAddress.Parse(wanted));
        return IPAddress.Parse(wanted).ToString();
    }

    public void Attach(string containerId, FileDescriptor netns, (string Inet, string Inet6) address, string inside, bool isFirst, byte[]? mac)
    {
        var leads = isFirst && !Record.Internal;
        List<LinkAddress> ends = [new(IPAddress.Parse(address.Inet), cidr, leads ? pool.Gateway : null)];
        if (address.Inet6.Length > 0)
        {
            ends.Add(new(IPAddress.Parse(address.Inet6), cidr6, leads ? pool6!.Gateway : null));
        }

        new PodLink(HostEnd(containerId), ends, bridge.Name, inside, mac).Attach(netns, bridge.Index(), mtu);
    }

    public void Restore(string containerId, NetworkEndpoint endpoint)
    {
        pool.Hold(containerId, IPAddress.Parse(endpoint.Address));
        if (endpoint.Address6.Length > 0)
        {
            pool6?.Hold(containerId, IPAddress.Parse(endpoint.Address6));
        }

        PodLink.Replug(HostEnd(containerId), bridge.Index());
    }

    public void Detach(string containerId)
    {
        PodLink.Detach(HostEnd(containerId));
        pool.Release(containerId);
        pool6?.Release(containerId);
    }

    /// <summary>Takes the bridge away; the record may stay.</summary>
    public void Close() => bridge.Close();

    public async ValueTask DisposeAsync()
    {
        if (resolver is { } serving)
        {
            resolver = null;
            await serving.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A container may be on several networks: each end has a name of its own, which both ids make.</summary>
    private string HostEnd(string containerId) => InterfaceNames.Host(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{containerId}/{Record.Id}"))));
}
