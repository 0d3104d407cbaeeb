using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Network.Bridges;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>NetworkMode and NetworkingConfig as wishes to be on networks. Pure.</summary>
internal static class Attachments
{
    /// <param name="mode">The network of NetworkMode: its name, or <c>bridge</c>.</param>
    /// <param name="endpoints">EndpointsConfig.</param>
    /// <param name="mac">Config's MacAddress, of old clients.</param>
    /// <param name="idOf">A network's id by its name; a name that is not known stays, and is refused at the start.</param>
    public static IReadOnlyList<NetworkAttachment> Of(string mode, JsonObject endpoints, string mac, Func<string, string> idOf)
    {
        // Docker's rule: who names no network but endpoints is on those alone.
        var onlyEndpoints = Plain(mode) == "bridge" && endpoints.Count > 0;
        var names = onlyEndpoints ? endpoints.Select(pair => pair.Key) : endpoints.Select(pair => pair.Key).Where(name => Plain(name) != Plain(mode)).Prepend(mode);
        return [.. names.Select((name, index) => Of(
            Plain(name) == "bridge" ? "" : idOf(name),
            endpoints.FirstOrDefault(pair => Plain(pair.Key) == Plain(name)).Value as JsonObject ?? [],
            index == 0 ? mac : ""))];
    }

    /// <exception cref="DockerException">400: names and fixed addresses are for a user's own networks.</exception>
    public static NetworkAttachment Of(string id, JsonObject endpoint, string mac)
    {
        var address = endpoint.Object("IPAMConfig").Text("IPv4Address");
        var address6 = endpoint.Object("IPAMConfig").Text("IPv6Address");
        if (id.Length == 0 && endpoint.Texts("Aliases").Count > 0)
        {
            throw new DockerException(400, "network-scoped aliases are only supported for user-defined networks");
        }

        if (id.Length == 0 && (address.Length > 0 || address6.Length > 0))
        {
            throw new DockerException(400, "user specified IP address is supported on user defined networks only");
        }

        if (address6.Length > 0 && !(IPAddress.TryParse(address6, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6))
        {
            throw new DockerException(400, $"invalid IPv6 address: {address6}");
        }

        return new(id) { Aliases = endpoint.Texts("Aliases"), Address = address, Address6 = address6, Mac = endpoint.Text("MacAddress") is { Length: > 0 } own ? own : mac };
    }

    private static string Plain(string name) => name is "" or "default" ? "bridge" : name;
}
