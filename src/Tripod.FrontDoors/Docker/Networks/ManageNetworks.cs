using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Network.Bridges;

namespace Tripod.FrontDoors.Docker.Networks;

/// <summary><c>docker network create | ls | inspect | rm | prune</c>: the user's own, and the three that are always there.</summary>
internal sealed class ManageNetworks(DockerParts parts)
{
    private static readonly string[] ListFilters = ["id", "name", "label", "driver", "type", "scope", "dangling"], PruneFilters = ["until", "label", "label!"];

    private UserNetworks Networks => parts.Runtime.Networks;

    public Task ListAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), ListFilters);
        var own = Networks.All
            .Where(network => filters.Labels(network.Labels) && filters.Any("type", type => type == "custom") && filters.Any("driver", driver => driver == "bridge"))
            .Where(network => filters.Any("name", name => network.Name.Contains(name, StringComparison.Ordinal)) && filters.Any("id", id => network.Id.StartsWith(id, StringComparison.Ordinal)))
            .Where(network => filters.Flag("dangling") is not { } dangling || dangling == (Networks.UsersOf(network.Id).Count == 0))
            .Select(network => NetworkView.Of(network, parts, withContainers: false));
        var predefined = PredefinedNetwork.All
            .Where(network => !filters.Has("label") && filters.Flag("dangling") != true && filters.Any("type", type => type == "builtin") && filters.Any("driver", driver => driver == network.Driver))
            .Where(network => filters.Any("name", name => network.Name.Contains(name, StringComparison.Ordinal)) && filters.Any("id", id => network.Id.StartsWith(id, StringComparison.Ordinal)))
            .Select(network => NetworkView.Of(network, parts, withContainers: false));
        return request.AnswerAsync(new JsonArray([.. filters.Any("scope", scope => scope == "local") ? predefined.Concat(own).Select(network => (JsonNode)network) : []]));
    }

    public async Task CreateAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        var name = body.Text("Name");
        if (name.Trim().Length == 0)
        {
            throw new DockerException(400, "invalid network name: name is empty");
        }

        if (PredefinedNetwork.Named(name) is not null)
        {
            throw new DockerException(403, $"operation is not permitted on predefined {name} network");
        }

        if (body.Text("Driver") is not ("" or "bridge" or "default"))
        {
            throw new DockerException(404, $"could not find plugin {body.Text("Driver")} in v1 plugin registry: plugin not found: tripod has the driver bridge");
        }

        if (body["EnableIPv4"] is JsonValue && !body.Flag("EnableIPv4"))
        {
            throw new DockerException(400, "a network without IPv4 is not supported: leave --ipv4=false out; --ipv6 adds IPv6");
        }

        // One of each family; like Docker's, one without a subnet is IPv4's.
        var configs = body.Object("IPAM").Objects("Config");
        var ipam = configs.Where(config => !IsInet6(config)).ToList();
        var ipam6 = configs.Where(IsInet6).ToList();
        if (ipam.Count > 1 || ipam6.Count > 1)
        {
            throw new DockerException(400, "bridge driver supports only one subnet of each family: leave the others out");
        }

        if (ipam6.Count > 0 && !body.Flag("EnableIPv6"))
        {
            throw new DockerException(400, $"IPv6 is not enabled on network {name}, but subnet {ipam6[0].Text("Subnet")} is IPv6's: add --ipv6");
        }

        var network = await Networks.Create(
            new()
            {
                Id = "",
                Name = name,
                CreatedAt = default,
                Subnet = ipam.FirstOrDefault().Text("Subnet"),
                Gateway = ipam.FirstOrDefault().Text("Gateway"),
                IpRange = ipam.FirstOrDefault().Text("IPRange"),
                Subnet6 = ipam6.FirstOrDefault().Text("Subnet") is { Length: > 0 } subnet6 ? subnet6 : body.Flag("EnableIPv6") ? NetworkRecord.AnySubnet : "",
                Gateway6 = ipam6.FirstOrDefault().Text("Gateway"),
                IpRange6 = ipam6.FirstOrDefault().Text("IPRange"),
                Internal = body.Flag("Internal"),
                Labels = body.Map("Labels"),
                Options = body.Map("Options"),
            },
            request.Cancel).ConfigureAwait(false);
        Say("create", network);
        await request.AnswerAsync(new JsonObject { ["Id"] = network.Id, ["Warning"] = "" }, 201).ConfigureAwait(false);
    }

    public Task InspectAsync(DockerRequest request) => request.AnswerAsync(
        Networks.Find(request.Name) is { } own ? NetworkView.Of(own, parts, withContainers: true)
        : PredefinedNetwork.Find(request.Name) is { } predefined ? NetworkView.Of(predefined, parts, withContainers: true)
        : throw NotFound(request.Name));

    public async Task RemoveAsync(DockerRequest request)
    {
        if (Networks.Find(request.Name) is not { } network)
        {
            throw PredefinedNetwork.Find(request.Name) is { } predefined ? new DockerException(403, $"{predefined.Name} is a pre-defined network and cannot be removed") : NotFound(request.Name);
        }

        if (Active(network) is { Count: > 0 } active)
        {
            throw new DockerException(403, $"error while removing network: network {network.Name} has active endpoints (name:\"{string.Join("\" name:\"", active.Select(known => known.Name))}\")");
        }

        await Networks.Remove(network.Id, request.Cancel).ConfigureAwait(false);
        Say("destroy", network);
        await request.AnswerAsync(204).ConfigureAwait(false);
    }

    public async Task PruneAsync(DockerRequest request)
    {
        var filters = Filters.Parse(request.Query("filters"), PruneFilters);
        var removed = new JsonArray();
        foreach (var network in Networks.All.Where(network => Networks.UsersOf(network.Id).Count == 0 && filters.Labels(network.Labels) && filters.NoLabels(network.Labels)).ToList())
        {
            await Networks.Remove(network.Id, request.Cancel).ConfigureAwait(false);
            Say("destroy", network);
            removed.Add((JsonNode)network.Name);
        }

        await request.AnswerAsync(new JsonObject { ["NetworksDeleted"] = removed }).ConfigureAwait(false);
    }

    private static bool IsInet6(JsonObject config) => config.Text("Subnet").Contains(':', StringComparison.Ordinal);

    public static DockerException NotFound(string name) => new(404, $"network {name} not found");

    private IReadOnlyList<KnownContainer> Active(NetworkRecord network) =>
        [.. parts.Containers.All().Where(known => known.IsRunning && known.Status.Endpoints.Any(endpoint => endpoint.NetworkId == network.Id))];

    private void Say(string action, NetworkRecord network) =>
        parts.Events.Say("network", action, network.Id, new Dictionary<string, string> { ["name"] = network.Name, ["type"] = "bridge" });
}
