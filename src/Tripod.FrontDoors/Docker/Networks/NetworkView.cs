using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Network.Bridges;

namespace Tripod.FrontDoors.Docker.Networks;

/// <summary>A network as Docker's answers show it.</summary>
internal static class NetworkView
{
    public static JsonObject Of(NetworkRecord network, DockerParts parts, bool withContainers)
    {
        var config = new JsonObject { ["Subnet"] = network.Subnet, ["Gateway"] = network.Gateway };
        if (network.IpRange.Length > 0)
        {
            config["IPRange"] = network.IpRange;
        }

        JsonArray configs = [(JsonNode)config];
        if (network.Subnet6.Length > 0)
        {
            var config6 = new JsonObject { ["Subnet"] = network.Subnet6, ["Gateway"] = network.Gateway6 };
            if (network.IpRange6.Length > 0)
            {
                config6["IPRange"] = network.IpRange6;
            }

            configs.Add((JsonNode)config6);
        }

        return Json(network.Name, network.Id, "bridge", network.CreatedAt, configs, network.Internal, network.Options, network.Labels, withContainers ? Containers(network.Id, parts) : []);
    }

    public static JsonObject Of(PredefinedNetwork network, DockerParts parts, bool withContainers)
    {
        JsonArray configs = network.Name == "bridge" ? [(JsonNode)new JsonObject { ["Subnet"] = parts.Runtime.PodCidr, ["Gateway"] = parts.Runtime.Gateway }] : [];
        var options = network.Name == "bridge" ? new Dictionary<string, string> { ["com.docker.network.bridge.default_bridge"] = "true", ["com.docker.network.bridge.name"] = parts.Runtime.BridgeName } : [];
        return Json(network.Name, network.Id, network.Driver, DateTimeOffset.UnixEpoch, configs, isInternal: false, options, new Dictionary<string, string>(), withContainers && network.Name == "bridge" ? Containers("", parts) : []);
    }

    private static JsonObject Json(
        string name, string id, string driver, DateTimeOffset created, JsonArray configs, bool isInternal, IReadOnlyDictionary<string, string> options, IReadOnlyDictionary<string, string> labels, JsonObject containers) => new()
        {
            ["Name"] = name,
            ["Id"] = id,
            ["Created"] = DockerTime.Text(created),
            ["Scope"] = "local",
            ["Driver"] = driver,
            ["EnableIPv4"] = true,
            ["EnableIPv6"] = configs.Count > 1,
            ["IPAM"] = new JsonObject { ["Driver"] = "default", ["Options"] = new JsonObject(), ["Config"] = configs },
            ["Internal"] = isInternal,
            ["Attachable"] = false,
            ["Ingress"] = false,
            ["ConfigFrom"] = new JsonObject { ["Network"] = "" },
            ["ConfigOnly"] = false,
            ["Containers"] = containers,
            ["Options"] = options.ToJson(),
            ["Labels"] = labels.ToJson(),
        };

    private static JsonObject Containers(string networkId, DockerParts parts)
    {
        var json = new JsonObject();
        foreach (var known in parts.Containers.All().Where(known => known.IsRunning))
        {
            foreach (var endpoint in known.Status.Endpoints.Where(endpoint => endpoint.NetworkId == networkId))
            {
                var prefix = networkId.Length > 0 ? parts.Runtime.Networks.PrefixLengthOf(networkId) : parts.Runtime.PrefixLength;
                json[known.Id] = new JsonObject
                {
                    ["Name"] = known.Name,
                    ["EndpointID"] = NetworkIds.Of($"{known.Id}/{networkId}"),
                    ["MacAddress"] = endpoint.Mac,
                    ["IPv4Address"] = string.Create(CultureInfo.InvariantCulture, $"{endpoint.Address}/{prefix}"),
                    ["IPv6Address"] = endpoint.Address6.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{endpoint.Address6}/{parts.Runtime.Networks.PrefixLength6Of(networkId)}") : "",
                };
            }

            if (networkId.Length == 0 && known.IsPause && known.Status.Address.Length > 0)
            {
                json[known.Id] = new JsonObject
                {
                    ["Name"] = known.Name,
                    ["EndpointID"] = NetworkIds.Of($"{known.Id}/bridge"),
                    ["MacAddress"] = Tripod.Runtime.ContainerRuntime.MacOf(known.Status.Address),
                    ["IPv4Address"] = string.Create(CultureInfo.InvariantCulture, $"{known.Status.Address}/{parts.Runtime.PrefixLength}"),
                    ["IPv6Address"] = "",
                };
            }
        }

        return json;
    }
}
