using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tripod.Runtime.Network.Cni;

/// <summary>A network as a CNI configuration describes it: plugins that are called one after the other (CNI spec, section 1).</summary>
internal sealed partial record NetworkList
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required IReadOnlyList<JsonObject> Plugins { get; init; }
    public bool DisableCheck { get; init; }
    public bool DisableCollection { get; init; }

    /// <summary>Of a list that lets a folder beside it add plugins to it.</summary>
    public bool MayBeExtended { get; init; }

    /// <summary>The list as JSON, for whoever finds it written down later.</summary>
    public string Text => new JsonObject
    {
        ["cniVersion"] = Version,
        ["name"] = Name,
        ["disableCheck"] = DisableCheck,
        ["disableGC"] = DisableCollection,
        ["plugins"] = new JsonArray([.. Plugins.Select(plugin => plugin.DeepClone())]),
    }.ToJsonString();

    public bool Has(Version verb) => System.Version.Parse(Version) >= verb;

    /// <summary>Whether a plugin takes what the runtime knows by that name.</summary>
    public bool Takes(string capability) => Plugins.Any(plugin => PluginConfig.Takes(plugin, capability));

    /// <param name="text">A list (<c>.conflist</c>), or one plugin alone (<c>.conf</c>).</param>
    /// <exception cref="RuntimeException">InvalidArgument: what is wrong with it.</exception>
    public static NetworkList Parse(string text)
    {
        try
        {
            var top = JsonNode.Parse(text) as JsonObject ?? throw Wrong("it is no JSON object");
            var isList = top["plugins"] is not null;
            var plugins = isList ? top["plugins"] as JsonArray ?? throw Wrong("plugins is no list") : [top.DeepClone()];
            var extended = isList && top["loadOnlyInlinedPlugins"] is not null && !Flag(top, "loadOnlyInlinedPlugins");
            var name = (string?)top["name"] ?? "";
            if (!ValidName().IsMatch(name))
            {
                throw Wrong(name.Length == 0 ? "it has no name" : $"name {name}: only letters, digits, dots, dashes and underscores can be in it, with a letter or digit first");
            }

            if (plugins.Count == 0 && !extended)
            {
                throw Wrong("it has no plugins");
            }

            return new()
            {
                Name = name,
                Version = CniVersions.Choose((string?)top["cniVersion"] ?? "", [.. (top["cniVersions"] as JsonArray ?? []).Select(version => (string?)version ?? "")]),
                Plugins = [.. plugins.Select(Plugin)],
                DisableCheck = Flag(top, "disableCheck"),
                DisableCollection = Flag(top, "disableGC"),
                MayBeExtended = extended,
            };
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            throw Wrong(malformed.Message);
        }
    }

    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public static JsonObject Plugin(JsonNode? node)
    {
        var plugin = node as JsonObject ?? throw Wrong("a plugin is no JSON object");
        var type = (string?)plugin["type"] ?? "";
        return type.Length == 0 ? throw Wrong("a plugin has no type")
            : type.Contains('/', StringComparison.Ordinal) || type is "." or ".." ? throw Wrong($"type {type} is no plain file name")
            : plugin.DeepClone().AsObject();
    }

    /// <summary>Old lists write it as text.</summary>
    private static bool Flag(JsonObject top, string name) => top[name]?.GetValueKind() is JsonValueKind.True || (top[name]?.GetValueKind() is JsonValueKind.String && (string?)top[name] == "true");

    private static RuntimeException Wrong(string what) => new(RuntimeErrorKind.InvalidArgument, $"CNI configuration: {what}");

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]*$")]
    private static partial Regex ValidName();
}
