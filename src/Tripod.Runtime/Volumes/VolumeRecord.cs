using System.Text.Json.Serialization;

namespace Tripod.Runtime.Volumes;

/// <summary>A named volume: a directory that outlives the containers that use it.</summary>
public sealed record VolumeRecord
{
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Of Docker's driver <c>local</c>: <c>type</c>, <c>o</c> and <c>device</c>, as mount(8) takes them.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Made for a container that did not name it; goes with the container where that is asked for.</summary>
    public bool Anonymous { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(VolumeRecord))]
internal sealed partial class VolumeJson : JsonSerializerContext;
