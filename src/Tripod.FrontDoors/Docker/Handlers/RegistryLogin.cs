using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Handlers;

/// <summary><c>docker login</c>: the registry itself is asked; what the client keeps is its own affair.</summary>
internal sealed class RegistryLogin(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        try
        {
            await parts.Runtime.Images.CheckCredentials(body.Text("serveraddress"), new(body.Text("username"), body.Text("password"), body.Text("identitytoken")), request.Cancel).ConfigureAwait(false);
        }
        catch (Tripod.Runtime.RuntimeException failure)
        {
            throw new DockerException(failure.Kind == Tripod.Runtime.RuntimeErrorKind.PermissionDenied ? 401 : 500, failure.Message, failure);
        }

        await request.AnswerAsync(new JsonObject { ["Status"] = "Login Succeeded", ["IdentityToken"] = "" }).ConfigureAwait(false);
    }
}
