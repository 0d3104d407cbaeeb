using System.Globalization;
using Tripod.Linux.Networking;
using Tripod.Runtime.Network.Bridges;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>Puts a container of no pod on one more network, or takes it off: at once where its namespace is there, and for its next starts.</summary>
internal sealed class ConnectNetwork(RuntimeParts parts)
{
    public async Task ConnectAsync(string id, NetworkAttachment wish, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        var wishes = WishesOf(entry.Record);
        if (wishes.Any(other => other.NetworkId == wish.NetworkId))
        {
            throw new RuntimeException(RuntimeErrorKind.PermissionDenied, $"endpoint with name {entry.Record.Config.Name} already exists in network {parts.Networks.Find(wish.NetworkId)?.Name ?? "bridge"}");
        }

        if (entry.Record.Address.Length > 0 || (entry.Record.State == ContainerState.Running && wishes.Count == 0))
        {
            using var netns = Netns.OfProcess(entry.Record.Pid);
            var used = entry.Record.Endpoints.Select(endpoint => int.Parse(endpoint.Interface[3..], CultureInfo.InvariantCulture)).ToHashSet();
            var network = new OwnNetwork(parts);
            network.Attach(entry, wish, netns, Enumerable.Range(0, used.Count + 1).First(index => !used.Contains(index)), isFirst: wishes.Count == 0);
            if (wishes.Count == 0)
            {
                network.LeadTo(entry, wish);
            }
        }

        Wish(entry, [.. wishes, wish]);
    }

    public async Task DisconnectAsync(string id, string networkId, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        using var turn = await entry.TakeTurn(cancel).ConfigureAwait(false);
        var wishes = WishesOf(entry.Record);
        if (wishes.All(wish => wish.NetworkId != networkId))
        {
            throw new RuntimeException(RuntimeErrorKind.PermissionDenied, $"container {id} is not connected to network {parts.Networks.Find(networkId)?.Name ?? "bridge"}");
        }

        IReadOnlyList<NetworkAttachment> left = [.. wishes.Where(wish => wish.NetworkId != networkId)];
        if (entry.Record.Endpoints.FirstOrDefault(endpoint => endpoint.NetworkId == networkId) is { } endpoint)
        {
            var network = new OwnNetwork(parts);
            network.Detach(entry, networkId);
            if (endpoint.Address == entry.Record.Address)
            {
                network.LeadTo(entry, left.FirstOrDefault());
            }
        }

        Wish(entry, left);
    }

    private static IReadOnlyList<NetworkAttachment> WishesOf(ContainerRecord record) =>
        record.Config.Namespaces?.Net is NamespaceChoice.Own && record.Config.Standalone is { } own
            ? own.Network?.Attachments ?? []
            : throw new RuntimeException(RuntimeErrorKind.PermissionDenied, "container sharing network namespace with another container or host cannot be connected to any other network");

    private void Wish(ContainerEntry entry, IReadOnlyList<NetworkAttachment> wishes)
    {
        parts.Table.Change(entry, known => known with
        {
            Config = known.Config with
            {
                Standalone = known.Config.Standalone! with { Network = (known.Config.Standalone.Network ?? new()) with { Attachments = wishes } },
            },
        });
        entry.Prepared = null;
    }
}
