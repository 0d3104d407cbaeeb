using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>HostConfig's PortBindings, PublishAllPorts and the exposed ports as what the network is to publish. Pure.</summary>
internal static class PortBindings
{
    /// <exception cref="DockerException">400: a port or a protocol that is none.</exception>
    public static IReadOnlyList<PublishedPort> Of(JsonObject host, IReadOnlyCollection<string> exposed)
    {
        var published = new List<PublishedPort>();
        var bindings = host.Object("PortBindings");
        foreach (var (port, list) in bindings)
        {
            var (number, protocol) = Parse(port);
            var asked = list as JsonArray ?? [];
            published.AddRange(asked.Count == 0
                ? [new(protocol, number, 0, 0)]
                : asked.OfType<JsonObject>().Select(binding => Of(number, protocol, binding)));
        }

        if (host.Flag("PublishAllPorts"))
        {
            published.AddRange(exposed.Where(port => !bindings.ContainsKey(port)).Select(Parse).Select(port => new PublishedPort(port.Protocol, port.Number, 0, 0)));
        }

        // An address of each family means one rule here, where IPv4 is all there is.
        return [.. published.Distinct()];
    }

    /// <summary><c>80/tcp</c>, or <c>80</c>.</summary>
    public static (int Number, string Protocol) Parse(string port)
    {
        var parts = port.Split('/', 2);
        var protocol = parts.Length > 1 ? parts[1].ToLowerInvariant() : "tcp";
        return Number(parts[0]) is { } number && number > 0 && protocol is "tcp" or "udp" or "sctp"
            ? (number, protocol)
            : throw new DockerException(400, $"invalid port specification: \"{port}\"");
    }

    private static PublishedPort Of(int port, string protocol, JsonObject binding)
    {
        var text = binding.Text("HostPort");
        var ends = text.Split('-', 2);
        var first = text.Length == 0 ? 0 : Number(ends[0]) ?? throw Invalid(text);
        var last = ends.Length > 1 ? Number(ends[1]) ?? throw Invalid(text) : first;
        var address = binding.Text("HostIp");
        return last >= first ? new(protocol, port, first, last, address is "0.0.0.0" or "::" ? "" : address) : throw Invalid(text);
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= ushort.MaxValue ? number : null;

    private static DockerException Invalid(string text) => new(400, $"invalid port specification: \"{text}\"");
}
