using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Images;

namespace Tripod.FrontDoors.Docker.Images;

/// <summary>The <c>X-Registry-Auth</c> header: base64url of a JSON object (Engine API, "Authentication"). Pure.</summary>
internal static class RegistryAuth
{
    /// <summary>Null where the client sends no credentials.</summary>
    /// <exception cref="DockerException">400 for what cannot be decoded.</exception>
    public static RegistryCredentials? Parse(string header)
    {
        if (header.Length == 0)
        {
            return null;
        }

        try
        {
            // Older clients send plain base64.
            var json = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(header.Replace('+', '-').Replace('/', '_')));
            var auth = JsonNode.Parse(json) as JsonObject ?? [];
            var found = new RegistryCredentials((string?)auth["username"] ?? "", (string?)auth["password"] ?? "", (string?)auth["identitytoken"] ?? "", (string?)auth["registrytoken"] ?? "");
            return found == new RegistryCredentials() ? null : found;
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidOperationException)
        {
            throw new DockerException(400, $"invalid X-Registry-Auth header: {failure.Message}", failure);
        }
    }
}
