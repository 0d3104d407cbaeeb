using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.Objects;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>cluster, user and context named tripod in a user's kubeconfig. All else in it stays as it is, but for comments and order.</summary>
internal sealed class KubectlContext(UserHome home, string path) : IUserContext
{
    /// <summary>Tells the entries that setup made from a user's own of the same name.</summary>
    private const string Mark = "tripod.setup";

    private static readonly string[] Lists = ["clusters", "users", "contexts"];

    public UserChange Addition(EngineRecord engine)
    {
        var config = Read();
        var entries = Entries(engine);
        if (Lists.All(list => Find(config, list) is null))
        {
            return new($"kubectl: add the context {IUserContext.Name} to {path}, with the engine's administrator key", () => Write(config, entries));
        }

        return !IsOwn(config) ? new($"kubectl: {path} has an entry named {IUserContext.Name} already, which setup has not made: it is left as it is", null)
            : Lists.All(list => JsonNode.DeepEquals(Find(config, list), entries[list])) ? new($"kubectl: the context {IUserContext.Name} is in {path}", null)
            : new($"kubectl: renew the context {IUserContext.Name} in {path}, with the engine's administrator key", () => Write(config, entries));
    }

    public UserChange Removal()
    {
        var config = Read();
        return IsOwn(config)
            ? new($"kubectl: remove the context {IUserContext.Name} from {path}", () => Write(config, []))
            : new($"kubectl: there is no context {IUserContext.Name} that setup has made in {path}", null);
    }

    /// <summary>As the engine's own kubeconfig has them, under the name that the user knows.</summary>
    private static JsonObject Entries(EngineRecord engine)
    {
        var own = YamlDocuments.Read(File.ReadAllText(engine.Kubeconfig))[0];
        var entries = new JsonObject();
        foreach (var list in Lists)
        {
            var entry = own[list]![0]!.DeepClone().AsObject();
            entry["name"] = IUserContext.Name;
            entries[list] = entry;
        }

        entries["contexts"]!["context"] = new JsonObject
        {
            ["cluster"] = IUserContext.Name,
            ["user"] = IUserContext.Name,
            ["extensions"] = new JsonArray(new JsonObject { ["name"] = Mark, ["extension"] = new JsonObject() }),
        };
        return entries;
    }

    private void Write(JsonObject config, JsonObject entries)
    {
        foreach (var list in Lists)
        {
            var others = (config[list] as JsonArray ?? []).Where(entry => (string?)entry?["name"] != IUserContext.Name).Select(entry => entry?.DeepClone());
            config[list] = new JsonArray([.. others, .. entries[list] is { } own ? (JsonNode[])[own.DeepClone()] : []]);
        }

        config["apiVersion"] ??= "v1";
        config["kind"] ??= "Config";
        if (entries.Count > 0)
        {
            config["current-context"] = (string?)config["current-context"] is { Length: > 0 } current ? current : IUserContext.Name;
        }
        else if ((string?)config["current-context"] == IUserContext.Name)
        {
            config["current-context"] = "";
        }

        home.Write(path, YamlText.Of(config));
    }

    private JsonObject Read()
    {
        try
        {
            return YamlDocuments.Read(File.ReadAllText(path)) is [var config, ..] ? config : [];
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (YamlFault fault)
        {
            throw new CommandFailure($"error: {path} is not understood, and is left as it is: {fault.Message}", inner: fault);
        }
    }

    private static bool IsOwn(JsonObject config) => Find(config, "contexts")?["context"]?["extensions"] is JsonArray marks && marks.Any(mark => (string?)mark?["name"] == Mark);

    private static JsonNode? Find(JsonObject config, string list) => (config[list] as JsonArray)?.FirstOrDefault(entry => (string?)entry?["name"] == IUserContext.Name);
}
