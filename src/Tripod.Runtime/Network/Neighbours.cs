using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Network;

/// <summary>
/// Other firewalls on this machine. A drop in one of their tables wins over all that could stand in the engine's own, so
/// pods are let through in theirs, at the place that each keeps for that: Docker's and ufw's chains for rules of others, and
/// firewalld's zone <c>trusted</c>. Called when the network opens, and each time somebody has changed the rules.
/// </summary>
internal sealed class Neighbours(string engine)
{
    private const string Zone = "--zone=trusted";

    /// <summary>Puts the rules where they are missing.</summary>
    /// <param name="bridges">The engine's own.</param>
    /// <param name="inet6">Whether pods have IPv6.</param>
    /// <param name="ports">TCP ports of this machine that pods may ask.</param>
    /// <returns>What still stands between pods and the outside, in sentences for a user.</returns>
    public async Task<IReadOnlyList<string>> SettleAsync(IReadOnlyList<string> bridges, bool inet6, IReadOnlyList<int> ports)
    {
        var chains = Nftables.List("list chains");
        var rules = new PlaceRules(engine, bridges, ports);
        Change(ForeignFirewall.FindNeeded(chains, inet6), rules.Missing);
        var obstacles = FirewallObstacles.Find(engine, bridges[0], inet6, ports).ToList();
        if (ForeignFirewall.HasFirewalld(chains))
        {
            foreach (var bridge in bridges.Where(static bridge => !IsInFirewalld(bridge)))
            {
                if (await FirewallCmdAsync($"--change-interface={bridge}").ConfigureAwait(false) is { } failure)
                {
                    obstacles.Add(FirewallWords.OfFirewalld(bridge, failure));
                }
            }
        }

        return obstacles;
    }

    /// <summary>Takes the rules away.</summary>
    public void Leave() => Change(ForeignFirewall.FindPlaces(Nftables.List("list chains"), inet6: true), new PlaceRules(engine, [], []).Gone);

    /// <summary>Takes the bridges out of firewalld's zone; nothing happens where they are not in it.</summary>
    public static async Task LeaveFirewalldAsync(IReadOnlyList<string> bridges)
    {
        if (!ForeignFirewall.HasFirewalld(Nftables.List("list chains")))
        {
            return;
        }

        foreach (var bridge in bridges.Where(IsInFirewalld))
        {
            await FirewallCmdAsync($"--remove-interface={bridge}").ConfigureAwait(false);
        }
    }

    private static void Change(IReadOnlyList<string> places, Func<string, string, IReadOnlyList<string>> plan)
    {
        foreach (var place in places)
        {
            try
            {
                var commands = plan(place, Nftables.List($"list chain {place}"));
                if (commands.Count > 0)
                {
                    Nftables.Run(string.Join('\n', commands));
                }
            }
            catch (NftablesException)
            {
                // Its owner changed it meanwhile, which is an event that leads here again.
            }
        }
    }

    /// <summary>The zone's chains name each of its interfaces.</summary>
    private static bool IsInFirewalld(string bridge) => Names($"table {ForeignFirewall.Firewalld}", bridge);

    private static bool Names(string rules, string bridge)
    {
        try
        {
            return Nftables.List($"list {rules}").Contains($"\"{bridge}\"", StringComparison.Ordinal);
        }
        catch (NftablesException)
        {
            return false;
        }
    }

    /// <summary>Its client speaks D-Bus to it; runtime only, as the engine is there as long as its bridges are.</summary>
    /// <returns>Null when it was done.</returns>
    private static async Task<string?> FirewallCmdAsync(string change)
    {
        try
        {
            var (code, error) = await ChildProcess.Run(new() { Command = ["firewall-cmd", Zone, change], Descriptors = [null, null] }).ConfigureAwait(false);
            return code == 0 ? null : $"firewall-cmd ended with {code}: {error.Trim()}";
        }
        catch (LinuxException missing)
        {
            return missing.Message;
        }
    }
}
