using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tripod.FrontDoors.Cri.Devices;

/// <summary>One vendor's description of its devices of one class (CDI spec, "CDI JSON specification").</summary>
internal sealed record CdiSpec(string Kind, CdiEdits Edits, IReadOnlyDictionary<string, CdiEdits> Devices)
{
    private static readonly string[] Versions = ["0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0"];

    /// <param name="text">JSON, or YAML, of which it is a part.</param>
    /// <exception cref="RuntimeException">InvalidArgument: what is wrong with it.</exception>
    public static CdiSpec Parse(string text)
    {
        try
        {
            var yaml = new YamlStream();
            using var reader = new StringReader(text);
            yaml.Load(reader);
            var top = (yaml.Documents.Count == 1 ? Node(yaml.Documents[0].RootNode) : null) as JsonObject ?? throw Wrong("it is no object");
            var (version, kind) = ((string?)top["cdiVersion"] ?? "", (string?)top["kind"] ?? "");
            if (!Versions.Contains(version))
            {
                throw Wrong($"cdiVersion {version} is not known: write one of {string.Join(", ", Versions)}");
            }

            if (!CdiName.IsKind(kind))
            {
                throw Wrong($"kind {kind}: write it as vendor/class");
            }

            var devices = new Dictionary<string, CdiEdits>(StringComparer.Ordinal);
            foreach (var device in top["devices"] as JsonArray ?? [])
            {
                var name = (string?)device?["name"] ?? "";
                if (!CdiName.IsName(name) || !devices.TryAdd(name, CdiEdits.Parse(device!["containerEdits"])))
                {
                    throw Wrong($"devices: name {name} is {(devices.ContainsKey(name) ? "there twice" : "no name")}");
                }
            }

            return new(kind, CdiEdits.Parse(top["containerEdits"]), devices);
        }
        catch (Exception malformed) when (malformed is YamlException or JsonException or InvalidOperationException or FormatException)
        {
            throw Wrong(malformed.Message);
        }
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(pair.Key.ToString(), Node(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Node)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" or null } => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw Wrong("an alias cannot be followed"),
    };

    private static RuntimeException Wrong(string what) => new(RuntimeErrorKind.InvalidArgument, what);
}
