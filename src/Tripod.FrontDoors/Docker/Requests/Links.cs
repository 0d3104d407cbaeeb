using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>Links: containers that this one knows by a name of its own. On a user's network clients say it of the network's endpoint.</summary>
internal static class Links
{
    /// <exception cref="DockerException">No such container.</exception>
    public static IReadOnlyList<ContainerLink> Of(JsonObject host, JsonObject endpoints, string network, DockerParts parts)
    {
        var texts = host.Texts("Links").Concat(endpoints.SelectMany(endpoint => endpoint.Value.Texts("Links"))).Distinct().ToList();
        return [.. texts.Select(text => One(text, withEnvironment: network == "bridge", parts))];
    }

    /// <summary><c>NAME[:ALIAS]</c>; from old clients <c>/NAME:/THIS/ALIAS</c>.</summary>
    private static ContainerLink One(string text, bool withEnvironment, DockerParts parts)
    {
        var (name, alias) = text.Split(':', 2) is [var first, var second] ? (first, second) : (text, text);
        if (name.Length == 0 || alias.Length == 0)
        {
            throw new DockerException(400, $"bad format for links: {text}");
        }

        var known = parts.Containers.Find(name) ?? throw new DockerException(400, $"could not get container for {name}: No such container: {name}");
        return new(known.Id, alias[(alias.LastIndexOf('/') + 1)..].TrimStart('/')) { WithEnvironment = withEnvironment };
    }
}
