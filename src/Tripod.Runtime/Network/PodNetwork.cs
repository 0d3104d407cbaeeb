using System.Net;
using System.Net.Sockets;
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
    // The longest pause between two steps of a firewall that reloads: a rule put into its chains meanwhile would keep it from removing them.
    private static readonly TimeSpan ReloadPauses = TimeSpan.FromSeconds(1.5);

    private readonly PodRanges ranges;
    private readonly AddressPool pool;
    private readonly AddressPool? pool6;
    private readonly Bridge bridge;
    private readonly PortRules rules;
    private readonly int mtu;
    private readonly string table;
    private readonly Neighbours neighbours;
    private IReadOnlyList<BridgeRange> others = [];
    private bool loopbackAnswered = Inet6.IsLoopbackAnswered();
    private int? servicePort;

    private PodNetwork(string table, PodRanges ranges, (AddressPool, AddressPool?) pools, Bridge bridge, PortRules rules, int mtu)
    {
        this.table = table;
        this.ranges = ranges;
        (pool, pool6) = pools;
        this.bridge = bridge;
        this.rules = rules;
        this.mtu = mtu;
        neighbours = new(table);
    }

    /// <summary>Makes bridge, sysctls and nft table where they are missing; asked again it mends them.</summary>
    public static PodNetwork Open(RuntimeOptions options)
    {
        var hasInet6 = Inet6.IsPresent();
        var (ranges, rulesets) = Plan(options, hasInet6);
        var pool = new AddressPool(ranges.Inet);
        var pool6 = ranges.Inet6 is { } inet6 ? new AddressPool(inet6) : null;
        var bridge = new Bridge(InterfaceNames.Bridge(options.Name), ranges.Inet, pool.Gateway, pool6 is null ? null : (ranges.Inet6!.Value, pool6.Gateway));
        bridge.Open();
        var rules = PortRules.Open(rulesets);
        bridge.AllowLoopbackSources();
        return new PodNetwork(options.Name, ranges, (pool, pool6), bridge, rules, Uplink.Mtu()) { HasInet6 = hasInet6 };
    }

    /// <summary>What an engine with these options would find in its way on this machine, in sentences for a user; it need not run.</summary>
    public static IReadOnlyList<string> ObstaclesOf(RuntimeOptions options, IReadOnlyList<int> ports)
    {
        var (ranges, _) = Plan(options, Inet6.IsPresent());
        var bridge = new Bridge(InterfaceNames.Bridge(options.Name), ranges.Inet, ranges.Inet[1], ranges.Inet6 is { } second ? (second, second[1]) : null);
        return [.. bridge.Conflict() is { } conflict ? [conflict] : Array.Empty<string>(), .. FirewallObstacles.Find(options.Name, bridge.Name, ranges.Inet6 is not null, ports)];
    }

    /// <summary>Removes bridge and table of an engine that does not run.</summary>
    public static void Remove(RuntimeOptions options)
    {
        var (ranges, rulesets) = Plan(options, Inet6.IsPresent());
        new Bridge(InterfaceNames.Bridge(options.Name), ranges.Inet, ranges.Inet[1]).Close();
        Nftables.Run(string.Join('\n', rulesets.Select(static ruleset => ruleset.Delete)));
        new Neighbours(options.Name).Leave();
    }

    /// <summary>The bridge's own address, which pods have as their gateway.</summary>
    public string Gateway => pool.Gateway.ToString();

    /// <summary>Its IPv6 address; null where pods have IPv4 alone.</summary>
    public string? Gateway6 => pool6?.Gateway.ToString();

    public int PrefixLength => ranges.Inet.PrefixLength;

    /// <summary>Whether this machine speaks IPv6, so that networks may have it.</summary>
    public bool HasInet6 { get; private init; }

    /// <summary>Whether it is a pod's address, or the bridge's.</summary>
    public bool Contains(IPAddress address) => ranges.Inet.Contains(address) || ranges.Inet6?.Contains(address) == true;

    /// <summary>
    /// What on this machine stands between pods and the outside, for a log or a user; empty when nothing does. A drop in
    /// somebody else's table wins over all that could stand in the engine's own.
    /// </summary>
    public IReadOnlyList<string> Obstacles() =>
        [.. FirewallObstacles.Find(table, bridge.Name, pool6 is not null, ServicePorts).Concat(KnownObstacles).Distinct()];

    /// <summary>Those that were there when the rules last changed; costs nothing to ask.</summary>
    public IReadOnlyList<string> KnownObstacles { get; private set; } = [];

    private IReadOnlyList<int> ServicePorts => servicePort is { } port ? [port] : [];

    /// <summary>
    /// An address of its own at which pods reach a port of this machine as port 443: the last of the pods' network. Call it
    /// when all pods that run are restored.
    /// </summary>
    /// <returns>Null where the network is too small for that, or a pod has the address.</returns>
    public string? OpenService(int port)
    {
        const string Holder = "kubernetes";
        if (ranges.Inet.PrefixLength > 28)
        {
            return null;
        }

        var address = ranges.Inet[ranges.Inet.Size - 2];
        try
        {
            pool.Hold(Holder, address);
        }
        catch (RuntimeException)
        {
            return null;
        }

        bridge.AddService(address);
        servicePort = port;
        rules.Add(Holder, [address], [new PortMapping("tcp", 443, port, address.ToString())]);
        return address.ToString();
    }

    /// <summary>An address that no attached container has; it is held until <see cref="Detach"/>.</summary>
    /// <param name="containerId">Whose it is to be.</param>
    /// <param name="wish">What the same pod had before; empty: none.</param>
    public string Reserve(string containerId, string wish = "") => pool.Reserve(containerId, IPAddress.TryParse(wish, out var address) && ranges.Inet.Contains(address) ? ranges.Inet.IndexOf(address) : null).ToString();

    /// <summary>
    /// An IPv6 address beside it, empty where pods have none: by preference the one that has its place in the range, so that
    /// what neighbours remember of it stays right as well (<see cref="InterfaceNames.Mac"/>).
    /// </summary>
    public string ReserveInet6(string containerId) =>
        pool6?.Reserve(containerId, ranges.Inet.IndexOf(pool.Reserve(containerId))).ToString() ?? "";

    /// <summary>Marks addresses found in a record at start as held.</summary>
    /// <param name="containerId">Whose they are.</param>
    /// <param name="address">IPv4.</param>
    /// <param name="ports">Led to it again.</param>
    /// <param name="address6">Empty: it has none.</param>
    public void Restore(string containerId, string address, IReadOnlyList<PortMapping> ports, string address6 = "")
    {
        var parsed = Parse(containerId, address, address6);
        Hold(containerId, parsed);
        PodLink.Replug(InterfaceNames.Host(containerId), bridge.Index());
        rules.Add(containerId, parsed, ports);
    }

    /// <summary>Removes the port rules of containers that were not restored; call it once, when all are.</summary>
    public void Prune() => rules.Prune();

    /// <summary>
    /// Makes the tables anew as soon as somebody deletes one, until it is cancelled: <c>nft flush ruleset</c> stands first
    /// in many a firewall's script, and with the tables goes what keeps pods from this machine's 127.0.0.1. Lets pods
    /// through other firewalls, at first and each time they change.
    /// </summary>
    public async Task KeepRules(CancellationToken cancel)
    {
        using var addresses = pool6 is null ? null : RouteNetlink.WatchInet6Addresses(bridge.AllowInet6);
        await SettleAsync().ConfigureAwait(false);
        await NftablesEvents.Watch(
            rules.Mend,
            SettleAsync,
            ReloadPauses,
            cancel).ConfigureAwait(false);
    }

    /// <summary>What depends on others on this machine is as they are now.</summary>
    private async Task SettleAsync()
    {
        if (Inet6.IsLoopbackAnswered() != loopbackAnswered)
        {
            loopbackAnswered = !loopbackAnswered;
            Govern(others);
        }

        KnownObstacles = await neighbours.SettleAsync([.. others.Prepend(Range).Select(static network => network.Bridge)], pool6 is not null, ServicePorts).ConfigureAwait(false);
    }

    /// <summary>Takes the bridges out of what others keep for them (<c>make down</c>); before <see cref="Close"/>.</summary>
    public Task LeaveNeighboursAsync() => Neighbours.LeaveFirewalldAsync([.. others.Prepend(Range).Select(static network => network.Bridge)]);

    /// <summary>Inside the namespace: lo up, eth0 with the address and the default route; on the host: the peer on the bridge, and the port rules.</summary>
    public void Attach(string containerId, FileDescriptor netns, string address, IReadOnlyList<PortMapping> ports, string address6 = "")
    {
        var parsed = Parse(containerId, address, address6);
        var name = InterfaceNames.Host(containerId);
        var created = Attach(containerId, netns, parsed, index: 0, isFirst: true);
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
    public bool Attach(string containerId, FileDescriptor netns, string address, int index, bool isFirst) =>
        Attach(containerId, netns, Parse(containerId, address, ""), index, isFirst);

    private bool Attach(string containerId, FileDescriptor netns, IReadOnlyList<IPAddress> addresses, int index, bool isFirst)
    {
        Hold(containerId, addresses);
        var ends = addresses.Select((address, place) => place == 0
            ? new LinkAddress(address, ranges.Inet, isFirst ? pool.Gateway : null)
            : new LinkAddress(address, ranges.Inet6!.Value, isFirst ? pool6!.Gateway : null));
        return new PodLink(InterfaceNames.Host(containerId), [.. ends], bridge.Name, $"eth{index}").Attach(netns, bridge.Index(), mtu);
    }

    /// <summary>The bridge and its addresses.</summary>
    public BridgeRange Range => new(bridge.Name, ranges.Inet, Range6: ranges.Inet6);

    public int Mtu => mtu;

    /// <summary>Leads host ports to a container on another of the engine's bridges; <see cref="Unpublish"/> and <see cref="Detach"/> take them back.</summary>
    public void Publish(string containerId, IReadOnlyList<IPAddress> addresses, IReadOnlyList<PortMapping> ports) => rules.Add(containerId, addresses, ports);

    public void Unpublish(string containerId) => rules.Remove(containerId);

    /// <summary>Rules for the engine's further bridges too.</summary>
    public void Govern(IReadOnlyList<BridgeRange> networks)
    {
        others = networks;
        rules.Rebuild(inet6 => new PortRuleset(table, [Range, .. networks], inet6, loopbackAnswered));
    }

    /// <summary>Takes rules, host-side link and address back; nothing happens where they are gone.</summary>
    public void Detach(string containerId)
    {
        rules.Remove(containerId);
        PodLink.Detach(InterfaceNames.Host(containerId));
        pool.Release(containerId);
        pool6?.Release(containerId);
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
        neighbours.Leave();
    }

    private static (PodRanges Ranges, IReadOnlyList<PortRuleset> Rulesets) Plan(RuntimeOptions options, bool hasInet6)
    {
        var ranges = PodRanges.Parse(options.PodCidr, Seed(options.Name), hasInet6);
        InterfaceNames.Validate(options.Name);
        var range = new BridgeRange(InterfaceNames.Bridge(options.Name), ranges.Inet, Range6: ranges.Inet6);
        return (ranges, [.. (hasInet6 ? (bool[])[false, true] : [false]).Select(inet6 => new PortRuleset(options.Name, [range], inet6, Inet6.IsLoopbackAnswered()))]);
    }

    /// <summary>The same for an engine of that name on this machine, as long as the machine is the same (machine-id(5)).</summary>
    internal static string Seed(string engine)
    {
        const string MachineId = "/etc/machine-id";
        return $"{(File.Exists(MachineId) ? File.ReadAllText(MachineId).Trim() : Environment.MachineName)}/{engine}";
    }

    /// <summary>An IPv6 address of a network that is no longer the pods' is left aside: it leads nowhere.</summary>
    private IReadOnlyList<IPAddress> Parse(string containerId, string address, string address6)
    {
        if (!IpCidr.TryParseAddress(address, out var inet))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"network of container {containerId}: {address} is no IPv4 address");
        }

        return IpCidr.TryParseAddress(address6, AddressFamily.InterNetworkV6, out var inet6) && ranges.Inet6?.Contains(inet6) == true ? [inet, inet6] : [inet];
    }

    private void Hold(string containerId, IReadOnlyList<IPAddress> addresses)
    {
        pool.Hold(containerId, addresses[0]);
        if (addresses.Count > 1)
        {
            pool6!.Hold(containerId, addresses[1]);
        }
    }
}
