using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Runtime.Records;
using Tripod.Store;

namespace Tripod.Runtime.Network.Bridges;

/// <summary>
/// The networks that users make. The doors ask; containers of no pod are attached when they start. Each has a bridge and a
/// nameserver of its own; what keeps them apart stands in the engine's one nft table.
/// </summary>
public sealed class UserNetworks : IAsyncDisposable
{
    private const string Collection = "networks";

    private readonly RecordStore records;
    private readonly PodNetwork pods;
    private readonly ContainerTable table;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly SemaphoreSlim turn = new(1);
    private readonly ConcurrentDictionary<string, UserBridge> bridges = new(StringComparer.Ordinal);

    internal UserNetworks(RecordStore records, PodNetwork pods, ContainerTable table, TimeProvider clock, ILogger log) =>
        (this.records, this.pods, this.table, this.clock, this.log) = (records, pods, table, clock, log);

    public IEnumerable<NetworkRecord> All => bridges.Values.Select(bridge => bridge.Record);

    /// <summary>By id, by name, by the beginning of an id.</summary>
    public NetworkRecord? Find(string name) =>
        bridges.GetValueOrDefault(name)?.Record ?? All.FirstOrDefault(record => record.Name == name) ?? All.FirstOrDefault(record => name.Length > 0 && record.Id.StartsWith(name, StringComparison.Ordinal));

    public int PrefixLengthOf(string id) => bridges.GetValueOrDefault(id)?.PrefixLength ?? 0;

    public int PrefixLength6Of(string id) => bridges.GetValueOrDefault(id)?.PrefixLength6 ?? 0;

    /// <summary>Containers that are on it, or will be when they start.</summary>
    public IReadOnlyList<string> UsersOf(string id) =>
        [.. table.All.Where(entry => entry.Record.Config.Standalone?.Network?.Attachments.Any(wish => wish.NetworkId == id) == true).Select(entry => entry.Record.Id)];

    /// <summary>Of an engine that begins: bridges, rules, then names.</summary>
    internal async Task OpenAsync(CancellationToken cancel)
    {
        foreach (var (_, json) in records.List(Collection))
        {
            var bridge = new UserBridge(JsonSerializer.Deserialize(json, NetworkJson.Default.NetworkRecord)!, pods.Mtu);
            try
            {
                bridge.Open();
                bridges[bridge.Record.Id] = bridge;
            }
            catch (Exception failure) when (failure is RuntimeException or LinuxException)
            {
                // Its subnet may be somebody else's by now: the others go on, and its record stays.
                LogMessages.NetworkObstacle(log, $"network {bridge.Record.Name}: {failure.Message}");
            }
        }

        if (!bridges.IsEmpty)
        {
            Govern();
        }

        foreach (var bridge in bridges.Values)
        {
            await ServeAsync(bridge, cancel).ConfigureAwait(false);
        }
    }

    /// <param name="wanted">Subnet and gateway may be empty: they are chosen.</param>
    /// <param name="cancel">Ends the wait for one's turn.</param>
    /// <exception cref="RuntimeException">AlreadyExists: the name is taken; InvalidArgument: addresses that cannot be.</exception>
    public async Task<NetworkRecord> Create(NetworkRecord wanted, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (All.Any(record => record.Name == wanted.Name))
            {
                throw new RuntimeException(RuntimeErrorKind.AlreadyExists, $"network with name {wanted.Name} already exists");
            }

            var bridge = new UserBridge(Plan(wanted), pods.Mtu);
            records.Put(Collection, bridge.Record.Id, JsonSerializer.SerializeToUtf8Bytes(bridge.Record, NetworkJson.Default.NetworkRecord));
            try
            {
                bridge.Open();
                bridges[bridge.Record.Id] = bridge;
                Govern();
                await ServeAsync(bridge, cancel).ConfigureAwait(false);
            }
            catch
            {
                await TakeAwayAsync(bridge).ConfigureAwait(false);
                throw;
            }

            return bridge.Record;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <exception cref="RuntimeException">NotFound; FailedPrecondition: containers are on it.</exception>
    public async Task Remove(string id, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (!bridges.TryGetValue(id, out var bridge))
            {
                throw new RuntimeException(RuntimeErrorKind.NotFound, $"network {id} not found");
            }

            await TakeAwayAsync(bridge).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Puts an interface on the network into the namespace; asked again it finds what is there.</summary>
    internal NetworkEndpoint Attach(string containerId, NetworkAttachment wish, FileDescriptor netns, int index, bool isFirst)
    {
        var bridge = bridges.GetValueOrDefault(wish.NetworkId) ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"network {wish.NetworkId} not found");
        var (address, address6) = bridge.Reserve(containerId, wish);
        var mac = wish.Mac.Length > 0 ? Convert.FromHexString(wish.Mac.Replace(":", "", StringComparison.Ordinal)) : InterfaceNames.Mac(IPAddress.Parse(address));
        var inside = string.Create(CultureInfo.InvariantCulture, $"eth{index}");
        bridge.Attach(containerId, netns, (address, address6), inside, isFirst, mac);
        return new(wish.NetworkId, inside, address, string.Join(':', mac.Select(part => part.ToString("x2", CultureInfo.InvariantCulture))), address6);
    }

    internal void Restore(string containerId, NetworkEndpoint endpoint) => bridges.GetValueOrDefault(endpoint.NetworkId)?.Restore(containerId, endpoint);

    internal void Detach(string containerId, string networkId) => bridges.GetValueOrDefault(networkId)?.Detach(containerId);

    /// <summary>The nameserver for who is on the network; null where it has none.</summary>
    internal (string Gateway, IReadOnlyList<IPAddress> Reachable)? NameserverOf(string networkId) =>
        bridges.GetValueOrDefault(networkId) is { Reachable: { } reachable } bridge ? (bridge.Record.Gateway, reachable) : null;

    /// <summary>Whom somebody may find by a name: containers that share a user's network with the asker.</summary>
    internal IReadOnlyList<IPAddress>? Names(IPAddress asker, string name)
    {
        var text = asker.ToString();
        var networks = table.All.SelectMany(entry => entry.Record.Endpoints).Where(endpoint => endpoint.NetworkId.Length > 0 && Has(endpoint, text)).Select(endpoint => endpoint.NetworkId).ToList();
        if (networks.Count == 0)
        {
            return null;
        }

        // All that the asker itself is on, whichever of its addresses it asked from.
        var own = table.All.First(entry => entry.Record.Endpoints.Any(endpoint => Has(endpoint, text) && endpoint.NetworkId.Length > 0)).Record;
        var found = own.Endpoints.Where(endpoint => endpoint.NetworkId.Length > 0)
            .SelectMany(endpoint => table.All.Select(entry => entry.Record).Where(record => HasName(record, endpoint.NetworkId, name))
                .SelectMany(record => record.Endpoints.Where(there => there.NetworkId == endpoint.NetworkId)))
            .SelectMany(endpoint => ((string[])[endpoint.Address, endpoint.Address6]).Where(address => address.Length > 0))
            .Select(IPAddress.Parse)
            .Distinct()
            .ToList();
        return found.Count > 0 ? found : null;
    }

    /// <summary>Takes every bridge away; the records stay.</summary>
    internal void Close()
    {
        foreach (var bridge in bridges.Values)
        {
            bridge.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bridge in bridges.Values)
        {
            await bridge.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static bool Has(NetworkEndpoint endpoint, string address) => endpoint.Address == address || endpoint.Address6 == address;

    private static bool HasName(ContainerRecord record, string networkId, string name) =>
        record.State == Containers.ContainerState.Running
        && (string.Equals(record.Config.Name, name, StringComparison.OrdinalIgnoreCase)
            || record.Id[..12] == name
            || string.Equals(record.Config.Standalone?.Hostname, name, StringComparison.OrdinalIgnoreCase)
            || record.Config.Standalone?.Network?.Attachments.Any(wish => wish.NetworkId == networkId && wish.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase)) == true)
        && record.Endpoints.Any(endpoint => endpoint.NetworkId == networkId);

    private NetworkRecord Plan(NetworkRecord wanted)
    {
        using var route = RouteNetlink.Open();
        var taken = bridges.Values.Select(bridge => bridge.Range.Range).Append(pods.Range.Range);
        if (wanted.Subnet.Length > 0 && (!IpCidr.TryParse(wanted.Subnet, out _) || int.Parse(wanted.Subnet.Split('/')[1], CultureInfo.InvariantCulture) is < 8 or > 30))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"invalid subnet {wanted.Subnet}: it is no IPv4 network of 8 to 30 bits");
        }

        IpCidr.TryParse(wanted.Subnet, out var subnet);
        if (wanted.Subnet.Length == 0)
        {
            subnet = SubnetChoice.Find(taken, route.Links(), route.Addresses(), route.Routes());
        }
        else if (taken.Any(other => other.Overlaps(subnet)))
        {
            throw new RuntimeException(RuntimeErrorKind.PermissionDenied, $"invalid pool request: Pool overlaps with other one on this address space ({subnet})");
        }

        var gateway = wanted.Gateway.Length > 0 ? wanted.Gateway : subnet[1].ToString();
        if (!IpCidr.TryParseAddress(gateway, out var parsed) || !subnet.Contains(parsed))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"invalid gateway {gateway}: it is no address of {subnet}");
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var (subnet6, gateway6) = PlanInet6(wanted, id);
        return wanted with { Id = id, CreatedAt = clock.GetUtcNow(), Subnet = subnet.ToString(), Gateway = gateway, Subnet6 = subnet6, Gateway6 = gateway6 };
    }

    /// <summary>Both empty for a network that wants none; without a subnet of its own it gets a /64 that is nobody else's.</summary>
    private (string Subnet, string Gateway) PlanInet6(NetworkRecord wanted, string id)
    {
        if (wanted.Subnet6.Length == 0)
        {
            return ("", "");
        }

        if (!pods.HasInet6)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, "this machine has no IPv6: leave --ipv6 out, or switch IPv6 on (sysctl net.ipv6.conf.all.disable_ipv6=0)");
        }

        var chosen = wanted.Subnet6 == NetworkRecord.AnySubnet;
        var subnet = chosen ? PodRanges.Choose(PodNetwork.Seed(id)) : default;
        if (!chosen && (!IpCidr.TryParse(wanted.Subnet6, AddressFamily.InterNetworkV6, out subnet) || subnet.PrefixLength is < 8 or > 124))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"invalid subnet {wanted.Subnet6}: it is no IPv6 network of 8 to 124 bits");
        }

        if (bridges.Values.Select(bridge => bridge.Range.Range6).Append(pods.Range.Range6).OfType<IpCidr>().Any(other => other.Overlaps(subnet)))
        {
            throw new RuntimeException(RuntimeErrorKind.PermissionDenied, $"invalid pool request: Pool overlaps with other one on this address space ({subnet})");
        }

        var gateway = wanted.Gateway6.Length > 0 ? wanted.Gateway6 : subnet[1].ToString();
        return IpCidr.TryParseAddress(gateway, AddressFamily.InterNetworkV6, out var parsed) && subnet.Contains(parsed)
            ? (subnet.ToString(), parsed.ToString())
            : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"invalid gateway {gateway}: it is no address of {subnet}");
    }

    private void Govern() => pods.Govern([.. bridges.Values.Select(bridge => bridge.Range)]);

    private async Task ServeAsync(UserBridge bridge, CancellationToken cancel)
    {
        try
        {
            await bridge.ServeNamesAsync(Names, CancellationToken.None).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
        }
        catch (RuntimeException taken)
        {
            LogMessages.NoResolver(log, taken.Message);
        }
    }

    /// <summary>The record goes last: what is cut off here is made whole by the next engine, and asked for again.</summary>
    private async Task TakeAwayAsync(UserBridge bridge)
    {
        await bridge.DisposeAsync().ConfigureAwait(false);
        bridge.Close();
        bridges.TryRemove(bridge.Record.Id, out _);
        Govern();
        records.Delete(Collection, bridge.Record.Id);
    }
}
