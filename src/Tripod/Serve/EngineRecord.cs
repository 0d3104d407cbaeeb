using System.Text.Json;
using System.Text.Json.Serialization;
using Tripod.Runtime;

namespace Tripod.Serve;

/// <summary>What an engine says of itself in RUN/engine.json, so that other verbs find it, start it again and clean up after it as it was configured.</summary>
internal sealed partial record EngineRecord
{
    public required int Pid { get; init; }
    public required string Root { get; init; }
    public required string Name { get; init; }
    public required string PodCidr { get; init; }

    /// <summary>The Kubernetes API's address: <c>https://127.0.0.1:6443</c>.</summary>
    public required string Kubernetes { get; init; }
    public required string Kubeconfig { get; init; }
    public required string DockerSocket { get; init; }

    /// <summary>How its log is read where it goes to no file; null: RUN/engine.log.</summary>
    public string? Log { get; init; }

    /// <summary>What it was started with, all paths in full.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public void Write(string run)
    {
        // Whoever reads it meanwhile sees the old one or the new one.
        var partial = PathIn(run) + ".part";
        File.WriteAllText(partial, JsonSerializer.Serialize(this, Json.Default.EngineRecord));
        File.Move(partial, PathIn(run), overwrite: true);
    }

    /// <summary>Null where no engine has run since the last boot.</summary>
    public static EngineRecord? Read(string run) =>
        File.Exists(PathIn(run)) ? JsonSerializer.Deserialize(File.ReadAllText(PathIn(run)), Json.Default.EngineRecord) : null;

    /// <summary>The options as the engine that wrote the record had them.</summary>
    public static RuntimeOptions Apply(RuntimeOptions options) => Read(options.Run) is { } record
        ? options with { Root = record.Root, Name = record.Name, PodCidr = record.PodCidr }
        : options;

    private static string PathIn(string run) => Path.Combine(run, "engine.json");

    [JsonSerializable(typeof(EngineRecord))]
    private sealed partial class Json : JsonSerializerContext;
}
