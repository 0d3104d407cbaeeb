using System.Collections.Immutable;
using System.Net;
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
    private PortRuleset ruleset;
    private ImmutableDictionary<HostPort, PortTarget> targets;

    // A port with no owner was found in the table at start, and no container has claimed it yet.
    private ImmutableDictionary<HostPort, string> owners = ImmutableDictionary<HostPort, string>.Empty;

    private bool closed;

    private PortRules(PortRuleset ruleset, ImmutableDictionary<HostPort, PortTarget> targets)
    {
        this.ruleset = ruleset;
        this.targets = targets;
    }

    /// <summary>Makes the table as this version wants it, with the ports that are in it.</summary>
    public static PortRules Open(PortRuleset ruleset)
    {
        var rules = new PortRules(
            ruleset, Find(ruleset) is { } found ? PortRuleset.Parse(found) : ImmutableDictionary<HostPort, PortTarget>.Empty);
        Nftables.Run(ruleset.Replace(rules.targets));
        return rules;
    }

    public void Add(string containerId, IPAddress address, IReadOnlyList<PortMapping> mappings)
    {
        lock (gate)
        {
            List<string> commands = [];
            var (nextTargets, nextOwners) = (targets, owners);
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

                var target = new PortTarget(address, mapping.ContainerPort);
                nextOwners = nextOwners.SetItem(port, containerId);
                if (nextTargets.TryGetValue(port, out var present) && present == target)
                {
                    continue;
                }

                if (present is not null)
                {
                    commands.Add(ruleset.Remove(port));
                }

                commands.Add(ruleset.Add(port, target));
                nextTargets = nextTargets.SetItem(port, target);
            }

            Apply(commands, nextTargets);
            owners = nextOwners;
        }
    }

    /// <summary>The table for other networks, with the ports that it has; in one transaction.</summary>
    public void Rebuild(PortRuleset next)
    {
        lock (gate)
        {
            Nftables.Run(next.Replace(targets));
            ruleset = next;
        }
    }

    public void Remove(string containerId) =>
        RemoveWhere(port => owners.TryGetValue(port, out var owner) && owner == containerId);

    /// <summary>Removes what no container has claimed.</summary>
    public void Prune() => RemoveWhere(port => !owners.ContainsKey(port));

    /// <summary>Makes the table again if it is gone.</summary>
    public void Mend()
    {
        lock (gate)
        {
            if (!closed && Find(ruleset) is null)
            {
                Nftables.Run(ruleset.Replace(targets));
            }
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Nftables.Run(ruleset.Delete);
            targets = targets.Clear();
            owners = owners.Clear();
        }
    }

    private void RemoveWhere(Func<HostPort, bool> gone)
    {
        lock (gate)
        {
            var removed = targets.Keys.Where(gone).ToList();
            Apply([.. removed.Select(ruleset.Remove)], targets.RemoveRange(removed));
            owners = owners.RemoveRange(removed);
        }
    }

    private void Apply(List<string> commands, ImmutableDictionary<HostPort, PortTarget> next)
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
                Nftables.Run(ruleset.Replace(next));
            }
        }

        var changed = targets.Except(next).Concat(next.Except(targets)).Select(static port => port.Key).ToList();
        targets = next;
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
            var local = route.Addresses().Select(static address => address.Address).ToHashSet();
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
