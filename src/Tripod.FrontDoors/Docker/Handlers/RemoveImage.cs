using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker rmi</c>: tells what was untagged and what was deleted.</summary>
internal sealed class RemoveImage(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var lines = await parts.Runtime.Images.Remove(request.Name, request.Flag("force"), request.Cancel).ConfigureAwait(false);
        await request.AnswerAsync(new JsonArray([.. lines.Select(line => line.Split(": ", 2)).Select(pair => (JsonNode)new JsonObject { [pair[0]] = pair[^1] })])).ConfigureAwait(false);
    }
}
