using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>The context named tripod in <c>~/.docker/contexts</c>, as the docker CLI keeps them: in a folder named by the digest of its name.</summary>
internal sealed class DockerContext(UserHome home) : IUserContext
{
    /// <summary>Tells the context that setup made from a user's own of the same name.</summary>
    private const string Mark = "Tripod, by tripod setup";

    private string Folder =>
        System.IO.Path.Combine(home.Path, ".docker", "contexts", "meta", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(IUserContext.Name))));

    private string Path => System.IO.Path.Combine(Folder, "meta.json");

    public UserChange? Addition(EngineRecord engine) => File.Exists(Path)
        ? new($"docker: there is a context {IUserContext.Name} already: it is left as it is", null)
        : new($"docker: add the context {IUserContext.Name} for unix://{engine.DockerSocket}", () => home.Write(Path, new JsonObject
        {
            ["Name"] = IUserContext.Name,
            ["Metadata"] = new JsonObject { ["Description"] = Mark },
            ["Endpoints"] = new JsonObject { ["docker"] = new JsonObject { ["Host"] = $"unix://{engine.DockerSocket}", ["SkipTLSVerify"] = false } },
        }.ToJsonString()));

    public UserChange? Removal() => File.Exists(Path) && (string?)JsonNode.Parse(File.ReadAllText(Path))?["Metadata"]?["Description"] == Mark
        ? new($"docker: remove the context {IUserContext.Name}", () => Directory.Delete(Folder, recursive: true))
        : new($"docker: no context {IUserContext.Name} of setup's", null);
}
