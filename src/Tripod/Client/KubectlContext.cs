using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.Objects;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>cluster, user and context named tripod in <c>~/.kube/config</c>. All else in it stays as it is, but for comments and order.</summary>
internal sealed class KubectlContext(UserHome home) : IUserContext
{
    /// <summary>Tells the entries that setup made from a user's own of the same name.</summary>
    private const string Mark = "tripod.setup";

    private static readonly string[] Lists = ["clusters", "users", "contexts"];

    private string Path => System.IO.Path.Combine(home.Path, ".kube", "config");

    public UserChange? Addition(EngineRecord engine)
    {
        var config = Read();
        if (Lists.FirstOrDefault(list => Find(config, list) is not null) is not null)
        {
            return new($"kubectl: {Path} has an entry named {IUserContext.Name} already: it is left as it is", null);
        }

        return new($"kubectl: add the context {IUserContext.Name} to {Path}, with the engine's administrator key", () =>
        {
            var own = YamlDocuments.Read(File.ReadAllText(engine.Kubeconfig))[0];
            foreach (var list in Lists)
            {
                var entry = own[list]![0]!.DeepClone().AsObject();
                entry["name"] = IUserContext.Name;
                if (list == "contexts")
                {
                    entry["context"] = new JsonObject { ["cluster"] = IUserContext.Name, ["user"] = IUserContext.Name, ["extensions"] = new JsonArray(new JsonObject { ["name"] = Mark, ["extension"] = new JsonObject() }) };
                }

                config[list] = new JsonArray([.. (config[list] as JsonArray ?? []).Select(other => other?.DeepClone()), entry]);
            }

            config["apiVersion"] ??= "v1";
            config["kind"] ??= "Config";
            config["current-context"] ??= IUserContext.Name;
            home.Write(Path, YamlText.Of(config));
        });
    }

    public UserChange? Removal()
    {
        var config = Read();
        if (Find(config, "contexts")?["context"]?["extensions"] is not JsonArray marks || !marks.Any(mark => (string?)mark?["name"] == Mark))
        {
            return new($"kubectl: no context {IUserContext.Name} of setup's in {Path}", null);
        }

        return new($"kubectl: remove the context {IUserContext.Name} from {Path}", () =>
        {
            foreach (var list in Lists)
            {
                (config[list] as JsonArray)?.Remove(Find(config, list));
            }

            if ((string?)config["current-context"] == IUserContext.Name)
            {
                config.Remove("current-context");
            }

            home.Write(Path, YamlText.Of(config));
        });
    }

    private JsonObject Read() => File.Exists(Path) && YamlDocuments.Read(File.ReadAllText(Path)) is [var config, ..] ? config : [];

    private static JsonNode? Find(JsonObject config, string list) => (config[list] as JsonArray)?.FirstOrDefault(entry => (string?)entry?["name"] == IUserContext.Name);
}
