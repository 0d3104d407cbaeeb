using System.Text.Json.Nodes;
using Tripod.Runtime;

namespace Tripod.Serve;

/// <summary>What an engine says of itself in RUN/engine.json, so that other verbs find it and clean up after it as it was configured.</summary>
internal static class EngineRecord
{
    public static void Write(RuntimeOptions options, string kubernetes, string kubeconfig) => File.WriteAllText(PathIn(options.Run), new JsonObject
    {
        ["pid"] = Environment.ProcessId,
        ["root"] = options.Root,
        ["name"] = options.Name,
        ["podCidr"] = options.PodCidr,
        ["kubernetes"] = $"https://{kubernetes}",
        ["kubeconfig"] = kubeconfig,
        ["docker"] = Path.Combine(options.Run, "docker.sock"),
    }.ToJsonString());

    /// <summary>Null where no engine has ever run since the last boot.</summary>
    public static JsonNode? Read(string run) => File.Exists(PathIn(run)) ? JsonNode.Parse(File.ReadAllText(PathIn(run))) : null;

    /// <summary>The options as the engine that wrote the record had them.</summary>
    public static RuntimeOptions Apply(RuntimeOptions options) => Read(options.Run) is { } record
        ? options with { Root = (string)record["root"]!, Name = (string)record["name"]!, PodCidr = (string)record["podCidr"]! }
        : options;

    private static string PathIn(string run) => Path.Combine(run, "engine.json");
}
