using Tripod.FrontDoors.Docker.Containers;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Requests;

namespace Tripod.FrontDoors.Docker.Networks;

/// <summary><c>docker network connect</c> and <c>disconnect</c>.</summary>
internal sealed class ConnectContainer(DockerParts parts)
{
    public async Task ConnectAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        var known = Standalone(body.Text("Container"));
        var network = IdOf(request.Name);
        await parts.Runtime.ConnectNetwork(known.Id, Attachments.Of(network, body.Object("EndpointConfig"), ""), request.Cancel).ConfigureAwait(false);
        Say("connect", network, known);
        await request.AnswerAsync(200).ConfigureAwait(false);
    }

    public async Task DisconnectAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        var network = IdOf(request.Name);
        var known = Standalone(body.Text("Container"));
        await parts.Runtime.DisconnectNetwork(known.Id, network, request.Cancel).ConfigureAwait(false);
        Say("disconnect", network, known);
        await request.AnswerAsync(200).ConfigureAwait(false);
    }

    private KnownContainer Standalone(string name)
    {
        var known = parts.Containers.Get(name);
        return known.Standalone is not null ? known : throw new DockerException(403, $"container {known.Name} is a pod's: its network is its pod's");
    }

    /// <summary>Empty for the bridge.</summary>
    private string IdOf(string name) => parts.Runtime.Networks.Find(name) is { } own ? own.Id
        : PredefinedNetwork.Find(name) switch
        {
            { Name: "bridge" } => "",
            { Name: var other } => throw new DockerException(403, $"container cannot be connected to network {other}"),
            _ => throw ManageNetworks.NotFound(name),
        };

    private void Say(string action, string network, KnownContainer known) => parts.Events.Say(
        "network", action, network.Length > 0 ? network : NetworkIds.Of("bridge"),
        new Dictionary<string, string> { ["container"] = known.Id, ["name"] = parts.Runtime.Networks.Find(network)?.Name ?? "bridge", ["type"] = "bridge" });
}
