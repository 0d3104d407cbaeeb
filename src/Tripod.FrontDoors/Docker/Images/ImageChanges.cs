using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Images;

/// <summary>Instructions of a Dockerfile that change an image's configuration (<c>docker commit --change</c>, <c>docker import --change</c>). Pure.</summary>
internal static partial class ImageChanges
{
    /// <param name="config">The configuration's <c>config</c>; changed.</param>
    /// <param name="instructions">One each, or several on lines of one text.</param>
    /// <exception cref="DockerException">400: an instruction that is none, or has no place here.</exception>
    public static void Apply(JsonObject config, IEnumerable<string> instructions)
    {
        foreach (var line in instructions.SelectMany(text => text.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (word, rest) = space < 0 ? (line, "") : (line[..space], line[space..].Trim());
            Apply(config, word.ToUpperInvariant(), rest, line);
        }
    }

    private static void Apply(JsonObject config, string word, string rest, string line)
    {
        switch (word)
        {
            case "CMD":
                config["Cmd"] = CommandLine(rest);
                break;
            case "ENTRYPOINT":
                config["Entrypoint"] = CommandLine(rest);
                break;
            case "ENV":
                config["Env"] = Environment(config.Texts("Env"), Pairs(rest));
                break;
            case "LABEL":
                var labels = config.Map("Labels");
                foreach (var (name, value) in Pairs(rest))
                {
                    labels[name] = value;
                }

                config["Labels"] = labels.ToJson();
                break;
            case "EXPOSE":
                config["ExposedPorts"] = Keys(config.Object("ExposedPorts"), rest.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(port => port.Contains('/', StringComparison.Ordinal) ? port : $"{port}/tcp"));
                break;
            case "VOLUME":
                config["Volumes"] = Keys(config.Object("Volumes"), rest.StartsWith('[') ? ParseList(rest) : rest.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                break;
            case "USER":
                config["User"] = rest;
                break;
            case "WORKDIR":
                config["WorkingDir"] = rest.StartsWith('/') ? rest : Path.Join(config.Text("WorkingDir") is { Length: > 0 } now ? now : "/", rest);
                break;
            case "STOPSIGNAL":
                config["StopSignal"] = rest;
                break;
            case "ONBUILD":
                config["OnBuild"] = config.Texts("OnBuild").Append(rest).ToJson();
                break;
            default:
                throw new DockerException(400, $"{word} is not a valid change command: {line}");
        }
    }

    private static JsonArray CommandLine(string text) => text.StartsWith('[') ? ParseList(text).ToJson() : new[] { "/bin/sh", "-c", text }.ToJson();

    private static IReadOnlyList<string> ParseList(string text)
    {
        try
        {
            return [.. JsonNode.Parse(text)!.AsArray().Select(part => (string)part!)];
        }
        catch (Exception wrong) when (wrong is System.Text.Json.JsonException or InvalidOperationException)
        {
            throw new DockerException(400, $"{text} is no list of strings", wrong);
        }
    }

    /// <summary><c>A=b C="d e"</c>, or the older <c>A b c</c>.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Pairs(string text)
    {
        var found = PairPattern().Matches(text);
        return found.Count > 0
            ? found.Select(match => KeyValuePair.Create(match.Groups[1].Value, match.Groups[2].Value.Trim('"', '\'')))
            : text.Split(' ', 2) is [var name, var value] ? [KeyValuePair.Create(name, value)] : throw new DockerException(400, $"{text} names no value");
    }

    private static JsonArray Environment(IReadOnlyList<string> known, IEnumerable<KeyValuePair<string, string>> more)
    {
        var result = known.ToList();
        foreach (var (name, value) in more)
        {
            result.RemoveAll(variable => variable.StartsWith(name + "=", StringComparison.Ordinal));
            result.Add($"{name}={value}");
        }

        return result.ToJson();
    }

    private static JsonObject Keys(JsonObject known, IEnumerable<string> more)
    {
        var result = known.DeepClone().AsObject();
        foreach (var name in more)
        {
            result[name] = new JsonObject();
        }

        return result;
    }

    [GeneratedRegex("""([^\s=]+)=("[^"]*"|'[^']*'|\S*)""")]
    private static partial Regex PairPattern();
}
