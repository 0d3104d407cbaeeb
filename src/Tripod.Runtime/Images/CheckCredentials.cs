using System.Net;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Registry;

namespace Tripod.Runtime.Images;

/// <summary>Whether a registry lets somebody in (<c>docker login</c>).</summary>
internal sealed class CheckCredentials(RegistryClient client, RuntimeOptions options)
{
    private const string DockerHub = "docker.io";

    /// <param name="server">As clients name it: a host, or Docker Hub's old address.</param>
    /// <param name="credentials">What the registry is shown.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="RuntimeException">PermissionDenied; Unavailable.</exception>
    public async Task Run(string server, RegistryCredentials credentials, CancellationToken cancel)
    {
        var bare = server.Contains("://", StringComparison.Ordinal) ? server[(server.IndexOf("://", StringComparison.Ordinal) + 3)..] : server;
        var host = bare.Split('/')[0] is var name && name is "" or "index.docker.io" or "registry-1.docker.io" ? DockerHub : name;
        var reference = ImageReference.TryParse($"{host}/any:any") ?? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"{server} is no registry's host");
        var endpoint = RegistryEndpoint.ForPush(reference, options.Registries, credentials) with { Repository = "", Actions = "" };
        try
        {
            using var answer = await client.Send(endpoint, "/v2/", () => new() { Method = HttpMethod.Get }, cancel);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw new RuntimeException(RuntimeErrorKind.PermissionDenied, $"Get \"https://{endpoint.Authority}/v2/\": unauthorized: incorrect username or password");
            }

            if (!answer.IsSuccessStatusCode)
            {
                throw new RuntimeException(RuntimeErrorKind.Unavailable, $"login attempt to https://{endpoint.Authority}/v2/ failed with status: {(int)answer.StatusCode}");
            }
        }
        catch (RegistryFailure refused)
        {
            throw new RuntimeException(refused.Kind, refused.Message, inner: refused);
        }
    }
}
