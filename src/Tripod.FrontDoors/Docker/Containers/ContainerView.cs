using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Network.Bridges;
using Tripod.Runtime.Sandboxes;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>What several answers show of a container: for a standalone one as it was asked for, for a pod's as the pod engine asked.</summary>
internal sealed class ContainerView
{
    private readonly DockerParts parts;
    private readonly KnownContainer known;
    private readonly JsonNode? request;

    public ContainerView(DockerParts parts, KnownContainer known)
    {
        (this.parts, this.known) = (parts, known);
        request = known.Standalone is { } own ? JsonNode.Parse(own.Request, new() { PropertyNameCaseInsensitive = true }) : null;
    }

    /// <summary>The body of the request that made it; empty for a pod's.</summary>
    public JsonObject Config => request?["Config"] as JsonObject ?? [];

    public JsonObject HostConfig => Config["HostConfig"] as JsonObject ?? [];

    /// <summary>As it was named; of a pod's container as its spec names it.</summary>
    public string Image => request is not null ? Config.Text("Image")
        : known.Status.Config.Annotations.TryGetValue("tripod.dev/spec-image", out var spec) ? spec
        : known.IsPause ? known.Status.Config.Image : ImageReference.Shorten(known.Status.Config.Image);

    public IReadOnlyList<string> Exposed => request.Texts("Exposed");

    public IReadOnlyList<string> Command
    {
        get
        {
            var config = known.Status.Config;
            var image = parts.Runtime.Images.Find(known.Status.ImageId)?.Config;
            IReadOnlyList<string> command = config.Command.Count > 0 ? config.Command : image?.Entrypoint ?? [];
            return [.. command, .. config.Args.Count > 0 || config.Command.Count > 0 ? config.Args : image?.Cmd ?? []];
        }
    }

    public SandboxConfig? Sandbox => known.Status.SandboxId is { } id ? parts.Runtime.PodSandboxStatus(id)?.Config : null;

    public string NetworkMode => request is not null ? HostConfig.Text("NetworkMode") is { Length: > 0 } and not "default" ? HostConfig.Text("NetworkMode") : "bridge"
        : Sandbox is { HostNetwork: true } ? "host"
        : known.IsPause ? "bridge" : $"container:{known.Status.SandboxId}";

    public JsonArray Mounts() => request is not null
        ? (JsonArray)(request["Mounts"] as JsonArray ?? []).DeepClone()
        : [.. known.Status.Config.Mounts.Select(mount => (JsonNode)new JsonObject
        {
            ["Type"] = "bind",
            ["Source"] = mount.HostPath,
            ["Destination"] = mount.ContainerPath,
            ["Mode"] = mount.ReadOnly ? "ro" : "",
            ["RW"] = !mount.ReadOnly,
            ["Propagation"] = mount.Propagation switch { "bidirectional" => "rshared", "host-to-container" => "rslave", _ => "rprivate" },
        })];

    /// <summary>By name; one that is joined from elsewhere has none of its own.</summary>
    public JsonObject Networks()
    {
        if (request is null)
        {
            return NetworkMode is "bridge" or "host" ? new() { [NetworkMode] = Endpoint(NetworkMode, new(""), known.IsRunning ? new("", "eth0", known.Status.Address, "") : null) } : [];
        }

        if (NetworkMode is "host" or "none")
        {
            return new() { [NetworkMode] = Endpoint(NetworkMode, new(""), null) };
        }

        var json = new JsonObject();
        foreach (var wish in known.Status.Config.Standalone?.Network?.Attachments ?? [])
        {
            var name = wish.NetworkId.Length == 0 ? "bridge" : parts.Runtime.Networks.Find(wish.NetworkId)?.Name ?? wish.NetworkId;
            json[name] = Endpoint(name, wish, known.IsRunning ? known.Status.Endpoints.FirstOrDefault(endpoint => endpoint.NetworkId == wish.NetworkId) : null);
        }

        return json;
    }

    public long SizeRw() => parts.Runtime.ContainerWritten(known.Id).Bytes;

    private static JsonObject? Wished(NetworkAttachment wish)
    {
        var json = new JsonObject();
        if (wish.Address.Length > 0)
        {
            json["IPv4Address"] = wish.Address;
        }

        if (wish.Address6.Length > 0)
        {
            json["IPv6Address"] = wish.Address6;
        }

        return json.Count > 0 ? json : null;
    }

    private JsonObject Endpoint(string name, NetworkAttachment wish, NetworkEndpoint? endpoint)
    {
        var address = endpoint?.Address ?? "";
        var own = wish.NetworkId.Length > 0 ? parts.Runtime.Networks.Find(wish.NetworkId) : null;
        var address6 = own is null ? "" : endpoint?.Address6 ?? "";
        IReadOnlyList<string> names = own is null ? [] : [.. new[] { known.Name }.Concat(wish.Aliases).Append(known.Id[..12]).Distinct()];
        return new()
        {
            ["IPAMConfig"] = Wished(wish),
            ["Links"] = null,
            ["Aliases"] = wish.Aliases.Count > 0 ? wish.Aliases.ToJson() : null,
            ["DriverOpts"] = null,
            ["MacAddress"] = address.Length == 0 ? "" : endpoint!.Mac.Length > 0 ? endpoint.Mac : ContainerRuntime.MacOf(address),
            ["GwPriority"] = 0,
            ["NetworkID"] = own?.Id ?? NetworkIds.Of(name),
            ["EndpointID"] = address.Length > 0 ? NetworkIds.Of($"{known.Id}/{wish.NetworkId}") : "",
            ["Gateway"] = address.Length > 0 ? own?.Gateway ?? parts.Runtime.Gateway : "",
            ["IPAddress"] = address,
            ["IPPrefixLen"] = address.Length == 0 ? 0 : own is null ? parts.Runtime.PrefixLength : parts.Runtime.Networks.PrefixLengthOf(own.Id),
            ["IPv6Gateway"] = address6.Length > 0 ? own!.Gateway6 : "",
            ["GlobalIPv6Address"] = address6,
            ["GlobalIPv6PrefixLen"] = address6.Length > 0 ? parts.Runtime.Networks.PrefixLength6Of(own!.Id) : 0,
            ["DNSNames"] = names.Count > 0 ? names.ToJson() : null,
        };
    }
}
