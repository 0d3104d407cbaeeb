using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>The context named tripod in <c>~/.docker/contexts</c> (or DOCKER_CONFIG's), as the docker CLI keeps them: in a folder named by the digest of its name.</summary>
internal sealed class DockerContext(UserHome home) : IUserContext
{
    /// <summary>Tells the context that setup made from a user's own of the same name.</summary>
    private const string Mark = "Tripod, by tripod setup";

    private string Folder =>
        System.IO.Path.Combine(UserFiles.Docker(home), "contexts", "meta", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(IUserContext.Name))));

    private string Path => System.IO.Path.Combine(Folder, "meta.json");

    public UserChange Addition(EngineRecord engine)
    {
        var address = $"unix://{engine.DockerSocket}";
        if (!File.Exists(Path))
        {
            return new($"docker: add the context {IUserContext.Name} to {UserFiles.Docker(home)}, for {address}", () => Write(address));
        }

        var there = Read();
        return !IsOwn(there) ? new($"docker: there is a context {IUserContext.Name} already, which setup has not made: it is left as it is", null)
            : (string?)there?["Endpoints"]?["docker"]?["Host"] == address ? new($"docker: the context {IUserContext.Name} is in {UserFiles.Docker(home)}", null)
            : new($"docker: lead the context {IUserContext.Name} to {address}", () => Write(address));
    }

    public UserChange Removal() => IsOwn(Read())
        ? new($"docker: remove the context {IUserContext.Name}", () => Directory.Delete(Folder, recursive: true))
        : new($"docker: there is no context {IUserContext.Name} that setup has made", null);

    private void Write(string address) => home.Write(Path, new JsonObject
    {
        ["Name"] = IUserContext.Name,
        ["Metadata"] = new JsonObject { ["Description"] = Mark },
        ["Endpoints"] = new JsonObject { ["docker"] = new JsonObject { ["Host"] = address, ["SkipTLSVerify"] = false } },
    }.ToJsonString());

    private JsonNode? Read()
    {
        try
        {
            return File.Exists(Path) ? JsonNode.Parse(File.ReadAllText(Path)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsOwn(JsonNode? context) => (string?)context?["Metadata"]?["Description"] == Mark;
}
