using System.Net;
using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Network;

/// <summary>
/// The bridge, addresses and host ports of this engine. The sandbox verbs hand it a network namespace; it hands on
/// to rtnetlink and libnftables. All that it makes in a namespace dies with the namespace; all rules stand in one
/// nft table named after the engine.
/// </summary>
/// <remarks>
/// At start: <see cref="Open"/>, then <see cref="Restore"/> for each container that lives, then <see cref="Prune"/>.
/// Until then the ports found in the table keep working. Safe for any number of threads.
/// </remarks>
public sealed class PodNetwork
{
    private readonly Ipv4Cidr cidr;
    private readonly AddressPool pool;
    private readonly Bridge bridge;
    private readonly PortRules rules;
    private readonly int mtu;
    private readonly string table;

    private PodNetwork(string table, Ipv4Cidr cidr, AddressPool pool, Bridge bridge, PortRules rules, int mtu)
    {
        this.table = table;
        this.cidr = cidr;
        this.pool = pool;
        this.bridge = bridge;
        this.rules = rules;
        this.mtu = mtu;
    }

    /// <summary>Makes bridge, sysctls and nft table where they are missing; asked again it mends them.</summary>
    public static PodNetwork Open(RuntimeOptions options)
    {
        var (cidr, ruleset) = Plan(options);
        var pool = new AddressPool(cidr);
        var bridge = new Bridge(InterfaceNames.Bridge(options.Name), cidr, pool.Gateway);
        bridge.Open();
        var rules = PortRules.Open(ruleset);
        bridge.AllowLoopbackSources();
        return new PodNetwork(options.Name, cidr, pool, bridge, rules, Uplink.Mtu());
    }

    /// <summary>Removes bridge and table of an engine that does not run.</summary>
    public static void Remove(RuntimeOptions options)
    {
        var (cidr, ruleset) = Plan(options);
        new Bridge(InterfaceNames.Bridge(options.Name), cidr, cidr[1]).Close();
        Nftables.Run(ruleset.Delete);
    }

    /// <summary>The bridge's own address, which pods have as their gateway.</summary>
    public string Gateway => pool.Gateway.ToString();

    public int PrefixLength => cidr.PrefixLength;

    /// <summary>Whether it is a pod's address, or the bridge's.</summary>
    public bool Contains(IPAddress address) => cidr.Contains(address);

    /// <summary>
    /// What on this machine stands between pods and the outside, for a log or a user; empty when nothing does. A drop in
    /// somebody else's table wins over all that could stand in the engine's own.
    /// </summary>
    public IReadOnlyList<string> Obstacles() =>
        [.. ForeignFirewall.Find(Nftables.List("list chains")).Select(chain => ForeignFirewall.Describe(chain, bridge.Name))];

    /// <summary>
    /// An address of its own at which pods reach a port of this machine as port 443: the last of the pods' network. Call it
    /// when all pods that run are restored.
    /// </summary>
    /// <returns>Null where the network is too small for that, or a pod has the address.</returns>
    public string? OpenService(int port)
    {
        const string Holder = "kubernetes";
        if (cidr.PrefixLength > 28)
        {
            return null;
        }

        var address = cidr[cidr.Size - 2];
        try
        {
            pool.Hold(Holder, address);
        }
        catch (RuntimeException)
        {
            return null;
        }

        bridge.AddService(address);
        rules.Add(Holder, address, [new PortMapping("tcp", 443, port, address.ToString())]);
        return address.ToString();
    }

    /// <summary>An address that no attached container has; it is held until <see cref="Detach"/>.</summary>
    /// <param name="containerId">Whose it is to be.</param>
    /// <param name="wish">What the same pod had before; empty: none.</param>
    public string Reserve(string containerId, string wish = "") => pool.Reserve(containerId, IPAddress.TryParse(wish, out var address) ? address : null).ToString();

    /// <summary>Marks an address found in a record at start as held.</summary>
    public void Restore(string containerId, string address, IReadOnlyList<PortMapping> ports)
    {
        var parsed = Parse(containerId, address);
        pool.Hold(containerId, parsed);
        PodLink.Replug(InterfaceNames.Host(containerId), bridge.Index());
        rules.Add(containerId, parsed, ports);
    }

    /// <summary>Removes the port rules of containers that were not restored; call it once, when all are.</summary>
    public void Prune() => rules.Prune();

    /// <summary>
    /// Makes the table anew as soon as somebody deletes it, until it is cancelled: <c>nft flush ruleset</c> stands first
    /// in many a firewall's script, and with the table goes what keeps pods from this machine's 127.0.0.1.
    /// </summary>
    public Task KeepRules(CancellationToken cancel) => NftablesEvents.WatchDeletedTables(rules.Mend, cancel);

    /// <summary>Inside the namespace: lo up, eth0 with the address and the default route; on the host: the peer on the bridge, and the port rules.</summary>
    public void Attach(string containerId, FileDescriptor netns, string address, IReadOnlyList<PortMapping> ports)
    {
        var parsed = Parse(containerId, address);
        var name = InterfaceNames.Host(containerId);
        var created = Attach(containerId, netns, address, index: 0, isFirst: true);
        try
        {
            rules.Add(containerId, parsed, ports);
        }
        catch when (created)
        {
            PodLink.Detach(name);
            throw;
        }
    }

    /// <summary>One of several interfaces, without host ports: <c>ethINDEX</c>; the first has the default route.</summary>
    /// <returns>Whether it was not there before.</returns>
    public bool Attach(string containerId, FileDescriptor netns, string address, int index, bool isFirst)
    {
        var parsed = Parse(containerId, address);
        pool.Hold(containerId, parsed);
        return new PodLink(InterfaceNames.Host(containerId), parsed, cidr, isFirst ? pool.Gateway : null, bridge.Name, $"eth{index}").Attach(netns, bridge.Index(), mtu);
    }

    /// <summary>The bridge and its addresses.</summary>
    public BridgeRange Range => new(bridge.Name, cidr);

    public int Mtu => mtu;

    /// <summary>Leads host ports to a container on another of the engine's bridges; <see cref="Unpublish"/> and <see cref="Detach"/> take them back.</summary>
    public void Publish(string containerId, IPAddress address, IReadOnlyList<PortMapping> ports) => rules.Add(containerId, address, ports);

    public void Unpublish(string containerId) => rules.Remove(containerId);

    /// <summary>Rules for the engine's further bridges too.</summary>
    public void Govern(IReadOnlyList<BridgeRange> others) => rules.Rebuild(new PortRuleset(table, [Range, .. others]));

    /// <summary>Takes rules, host-side link and address back; nothing happens where they are gone.</summary>
    public void Detach(string containerId)
    {
        rules.Remove(containerId);
        PodLink.Detach(InterfaceNames.Host(containerId));
        pool.Release(containerId);
    }

    /// <summary>
    /// Binds each host port, so that no process of the host gets it meanwhile; the sockets are handed to pause, which
    /// holds them as long as it lives. Throws a <see cref="RuntimeException"/> that names the process that has it.
    /// </summary>
    public static IReadOnlyList<FileDescriptor> HoldHostPorts(IReadOnlyList<PortMapping> ports) => HostPortSockets.Hold(ports);

    /// <summary>Removes bridge and table (<c>make down</c>).</summary>
    public void Close()
    {
        // The table goes last: it guards 127.0.0.1 as long as there are pods.
        bridge.Close();
        rules.Close();
    }

    private static (Ipv4Cidr Cidr, PortRuleset Ruleset) Plan(RuntimeOptions options)
    {
        if (!Ipv4Cidr.TryParse(options.PodCidr, out var cidr))
        {
            throw new RuntimeException(
                RuntimeErrorKind.InvalidArgument, $"open network: podCidr {options.PodCidr} is no IPv4 network: write it as 10.63.0.0/16");
        }

        InterfaceNames.Validate(options.Name);
        return (cidr, new PortRuleset(options.Name, InterfaceNames.Bridge(options.Name), cidr));
    }

    private static IPAddress Parse(string containerId, string address) =>
        Ipv4Cidr.TryParseAddress(address, out var parsed)
            ? parsed
            : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"network of container {containerId}: {address} is no IPv4 address");
}
