using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Runtime.Sandboxes;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>Ports as <c>docker ps</c> and <c>docker inspect</c> show them. Pure.</summary>
internal static class PortTexts
{
    public static JsonArray List(IEnumerable<PortMapping> mappings, IEnumerable<string> exposed)
    {
        var published = mappings.ToList();
        return
        [
            .. published.Select(mapping => (JsonNode)new JsonObject
            {
                ["IP"] = Address(mapping),
                ["PrivatePort"] = mapping.ContainerPort,
                ["PublicPort"] = mapping.HostPort,
                ["Type"] = mapping.Protocol,
            }),
            .. exposed.Where(port => !published.Exists(mapping => Name(mapping) == port)).Select(port => port.Split('/')).Select(port => (JsonNode)new JsonObject
            {
                ["PrivatePort"] = int.Parse(port[0], CultureInfo.InvariantCulture),
                ["Type"] = port.Length > 1 ? port[1] : "tcp",
            }),
        ];
    }

    public static JsonObject Map(IEnumerable<PortMapping> mappings, IEnumerable<string> exposed)
    {
        var json = new JsonObject();
        foreach (var port in exposed)
        {
            json[port] = null;
        }

        foreach (var same in mappings.GroupBy(Name))
        {
            json[same.Key] = new JsonArray([.. same.Select(mapping => (JsonNode)new JsonObject { ["HostIp"] = Address(mapping), ["HostPort"] = mapping.HostPort.ToString(CultureInfo.InvariantCulture) })]);
        }

        return json;
    }

    private static string Address(PortMapping mapping) => mapping.HostIp.Length > 0 ? mapping.HostIp : "0.0.0.0";

    private static string Name(PortMapping mapping) => string.Create(CultureInfo.InvariantCulture, $"{mapping.ContainerPort}/{mapping.Protocol}");
}
