using System.CommandLine;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.FrontDoors.Kubernetes.Bodies;

namespace Tripod.Objects;

/// <summary>Reads manifests: files, directories (their .yaml, .yml and .json files), <c>-</c> for standard input; several documents and lists in each.</summary>
internal static class ManifestFiles
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    public static Option<bool> RecursiveOption() => new("--recursive", "-R") { Description = "directories within directories too" };

    /// <summary>Each with where it came from.</summary>
    /// <exception cref="CommandFailure">Nothing is there, or it is no manifest.</exception>
    public static IReadOnlyList<(string Source, JsonObject Manifest)> Read(IReadOnlyList<string> paths, bool recursive)
    {
        var found = paths.SelectMany(path => Files(path, recursive)).SelectMany(ReadFile).ToList();
        return found.Count > 0 ? found : throw new CommandFailure($"error: no objects passed: {string.Join(", ", paths.Select(path => path == "-" ? "standard input" : path))} holds none");
    }

    private static IEnumerable<string> Files(string path, bool recursive)
    {
        if (path == "-" || File.Exists(path))
        {
            return [path];
        }

        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
                .Where(file => Endings.Contains(Path.GetExtension(file)))
                .Order(StringComparer.Ordinal)
            : throw new CommandFailure($"error: the path \"{path}\" does not exist");
    }

    private static IEnumerable<(string Source, JsonObject Manifest)> ReadFile(string path)
    {
        var source = path == "-" ? "STDIN" : path;
        try
        {
            return YamlDocuments.Read(path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path)).SelectMany(Items).Select(manifest => (source, manifest));
        }
        catch (YamlFault fault)
        {
            throw new CommandFailure($"error: error parsing {source}: {fault.Message}", inner: fault);
        }
    }

    /// <summary>A <c>List</c> stands for what is in it.</summary>
    private static IEnumerable<JsonObject> Items(JsonObject manifest) =>
        manifest["kind"]?.GetValueKind() == System.Text.Json.JsonValueKind.String && (string)manifest["kind"]! == "List" && manifest["items"] is JsonArray items
            ? items.OfType<JsonObject>().Select(item => (JsonObject)item.DeepClone())
            : [manifest];
}
