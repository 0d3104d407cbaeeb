using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tripod.Linux;
using Tripod.Runtime.Network.Dns;

namespace Tripod.Runtime.Network.Bridges;

/// <summary>One user network at work: its bridge, its addresses and its nameserver.</summary>
internal sealed class UserBridge : IAsyncDisposable
{
    private readonly Bridge bridge;
    private readonly Ipv4Cidr cidr;
    private readonly AddressPool pool;
    private readonly int mtu;
    private Resolver? resolver;

    public UserBridge(NetworkRecord record, int mtu)
    {
        Record = record;
        _ = Ipv4Cidr.TryParse(record.Subnet, out cidr);
        Ipv4Cidr? range = record.IpRange.Length > 0 && Ipv4Cidr.TryParse(record.IpRange, out var part) ? part : null;
        pool = new AddressPool(cidr, IPAddress.Parse(record.Gateway), range);
        bridge = new Bridge(record.Bridge, cidr, pool.Gateway, "Pool", "choose another --subnet");
        this.mtu = record.Options.TryGetValue("com.docker.network.driver.mtu", out var asked) && int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : mtu;
    }

    public NetworkRecord Record { get; }

    public BridgeRange Range => new(bridge.Name, cidr, Record.Internal);

    public int PrefixLength => cidr.PrefixLength;

    /// <summary>The host's servers that its nameserver reaches; null where it has none.</summary>
    public IReadOnlyList<IPAddress>? Reachable => resolver?.Reachable;

    /// <summary>Bridge, then rules, then names: each is mended where it is there already.</summary>
    public void Open() => bridge.Open();

    public async Task ServeNamesAsync(Func<IPAddress, string, IReadOnlyList<IPAddress>?> names, CancellationToken cancel)
    {
        bridge.AllowLoopbackSources();
        resolver = await Resolver.StartAsync(pool.Gateway, "/etc/resolv.conf", cancel, cidr.Contains).ConfigureAwait(false);
        resolver.NamesFor = names;
    }

    public string Reserve(string containerId, string wanted)
    {
        if (wanted.Length == 0)
        {
            return pool.Reserve(containerId).ToString();
        }

        pool.Hold(containerId, IPAddress.Parse(wanted));
        return wanted;
    }

    public void Attach(string containerId, FileDescriptor netns, string address, string inside, bool isFirst, byte[]? mac) =>
        new PodLink(HostEnd(containerId), IPAddress.Parse(address), cidr, isFirst && !Record.Internal ? pool.Gateway : null, bridge.Name, inside, mac).Attach(netns, bridge.Index(), mtu);

    public void Restore(string containerId, string address)
    {
        pool.Hold(containerId, IPAddress.Parse(address));
        PodLink.Replug(HostEnd(containerId), bridge.Index());
    }

    public void Detach(string containerId)
    {
        PodLink.Detach(HostEnd(containerId));
        pool.Release(containerId);
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
