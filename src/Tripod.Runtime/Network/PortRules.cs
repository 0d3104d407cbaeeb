using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Network;

/// <summary>
/// Which container has which host port, kept equal to the elements of the nft table. <see cref="PodNetwork"/> asks; the
/// text goes to nftables.
/// </summary>
internal sealed class PortRules
{
    private readonly Lock gate = new();

    // Of each family its table and what is in it: IPv4's, and IPv6's where this machine speaks it.
    private ImmutableArray<(PortRuleset Ruleset, ImmutableDictionary<HostPort, PortTarget> Targets)> families;

    // A port with no owner was found in the table at start, and no container has claimed it yet.
    private ImmutableDictionary<HostPort, string> owners = ImmutableDictionary<HostPort, string>.Empty;

    private bool closed;

    private PortRules(ImmutableArray<(PortRuleset, ImmutableDictionary<HostPort, PortTarget>)> families) => this.families = families;

    /// <summary>Makes the tables as this version wants them, with the ports that are in them.</summary>
    public static PortRules Open(IEnumerable<PortRuleset> rulesets)
    {
        var rules = new PortRules([.. rulesets.Select(static ruleset => (ruleset, Find(ruleset) is { } found ? PortRuleset.Parse(found) : ImmutableDictionary<HostPort, PortTarget>.Empty))]);
        Nftables.Run(Replace(rules.families));
        return rules;
    }

    /// <param name="containerId">Whose ports they are.</param>
    /// <param name="addresses">Its own, one of each family that it has.</param>
    /// <param name="mappings">One that asks for an address of a family that the container has not is refused.</param>
    public void Add(string containerId, IReadOnlyList<IPAddress> addresses, IReadOnlyList<PortMapping> mappings)
    {
        lock (gate)
        {
            List<string> commands = [];
            var (next, nextOwners) = (families, owners);
            foreach (var mapping in mappings)
            {
                if (HostPort.From(mapping) is not { } port)
                {
                    continue;
                }

                if (owners.TryGetValue(port, out var owner) && owner != containerId)
                {
                    throw new RuntimeException(
                        RuntimeErrorKind.FailedPrecondition,
                        $"host port {port} is taken by container {owner}: remove it or choose another hostPort");
                }

                nextOwners = nextOwners.SetItem(port, containerId);
                var led = false;
                for (var family = 0; family < next.Length; family++)
                {
                    var (ruleset, targets) = next[family];
                    if (!port.IsOf(ruleset.Inet6) || addresses.FirstOrDefault(address => IsInet6(address) == ruleset.Inet6) is not { } address)
                    {
                        continue;
                    }

                    led = true;
                    var target = new PortTarget(address, mapping.ContainerPort);
                    if (targets.TryGetValue(port, out var present) && present == target)
                    {
                        continue;
                    }

                    if (present is not null)
                    {
                        commands.Add(ruleset.Remove(port));
                    }

                    commands.Add(ruleset.Add(port, target));
                    next = next.SetItem(family, (ruleset, targets.SetItem(port, target)));
                }

                if (!led)
                {
                    throw new RuntimeException(
                        RuntimeErrorKind.FailedPrecondition,
                        $"host port {port} cannot lead to container {containerId}: it has no IPv6 address: choose another hostIP or none");
                }
            }

            Apply(commands, next);
            owners = nextOwners;
        }
    }

    /// <summary>The tables for other networks, with the ports that they have; in one transaction.</summary>
    public void Rebuild(Func<bool, PortRuleset> ofFamily)
    {
        lock (gate)
        {
            ImmutableArray<(PortRuleset, ImmutableDictionary<HostPort, PortTarget>)> next = [.. families.Select(family => (ofFamily(family.Ruleset.Inet6), family.Targets))];
            Nftables.Run(Replace(next));
            families = next;
        }
    }

    public void Remove(string containerId) =>
        RemoveWhere(port => owners.TryGetValue(port, out var owner) && owner == containerId);

    /// <summary>Removes what no container has claimed.</summary>
    public void Prune() => RemoveWhere(port => !owners.ContainsKey(port));

    /// <summary>Makes the tables again if one is gone.</summary>
    public void Mend()
    {
        lock (gate)
        {
            if (!closed && families.Any(static family => Find(family.Ruleset) is null))
            {
                Nftables.Run(Replace(families));
            }
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Nftables.Run(string.Join('\n', families.Select(static family => family.Ruleset.Delete)));
            families = [.. families.Select(static family => (family.Ruleset, family.Targets.Clear()))];
            owners = owners.Clear();
        }
    }

    private void RemoveWhere(Func<HostPort, bool> gone)
    {
        lock (gate)
        {
            var removed = families.Select(family => family.Targets.Keys.Where(gone).ToList()).ToList();
            Apply(
                [.. families.SelectMany((family, index) => removed[index].Select(family.Ruleset.Remove))],
                [.. families.Select((family, index) => (family.Ruleset, family.Targets.RemoveRange(removed[index])))]);
            owners = owners.RemoveRange(removed.SelectMany(static ports => ports));
        }
    }

    private static bool IsInet6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    private static string Replace(ImmutableArray<(PortRuleset Ruleset, ImmutableDictionary<HostPort, PortTarget> Targets)> families) =>
        string.Join('\n', families.Select(static family => family.Ruleset.Replace(family.Targets)));

    private void Apply(List<string> commands, ImmutableArray<(PortRuleset Ruleset, ImmutableDictionary<HostPort, PortTarget> Targets)> next)
    {
        if (commands.Count > 0)
        {
            try
            {
                Nftables.Run(string.Join('\n', commands));
            }
            catch (NftablesException)
            {
                // The table is not as it was left. If it is something else, this fails as well and says so.
                Nftables.Run(Replace(next));
            }
        }

        var changed = families.Zip(next).SelectMany(static both => both.First.Targets.Except(both.Second.Targets).Concat(both.Second.Targets.Except(both.First.Targets))).Select(static port => port.Key).ToList();
        families = next;
        ForgetFlows(changed);
    }

    // Who sent datagrams to the port before would go on reaching what was behind it then.
    private static void ForgetFlows(List<HostPort> changed)
    {
        var ports = changed.Where(static port => port.Protocol == PortProtocol.Udp).Select(static port => port.Port).ToHashSet();
        if (ports.Count == 0)
        {
            return;
        }

        try
        {
            using var route = RouteNetlink.Open();
            var local = route.Addresses().Concat(route.Addresses(inet6: true)).Select(static address => address.Address).ToHashSet();
            Conntrack.ForgetUdp(ports, address => IPAddress.IsLoopback(address) || local.Contains(address));
        }
        catch (LinuxException)
        {
            // A kernel without this interface: the flows end after 30 to 120 s of silence.
        }
    }

    private static string? Find(PortRuleset ruleset)
    {
        try
        {
            return Nftables.List(ruleset.List);
        }
        catch (NftablesException e) when (e.NotFound)
        {
            return null;
        }
    }
}
