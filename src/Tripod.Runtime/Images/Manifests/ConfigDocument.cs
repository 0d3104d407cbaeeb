using System.Globalization;
using System.Text.Json;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Manifests;

/// <summary>What an image's config says (image-spec, config.md; Docker's is a superset).</summary>
internal sealed record ConfigDocument(
    string Os, string Architecture, DateTimeOffset? Created, IReadOnlyList<string> DiffIds, ImageConfig Config)
{
    /// <exception cref="InvalidDataException"/>
    public static ConfigDocument Parse(ReadOnlyMemory<byte> content)
    {
        using var document = JsonReading.Parse(content, "image config");
        var root = document.RootElement;
        var rootfs = root.TryGetProperty("rootfs", out var value) ? value : default;
        root.TryGetProperty("config", out var config);
        return new(
            JsonReading.Text(root, "os") ?? "",
            JsonReading.Text(root, "architecture") ?? "",
            DateTimeOffset.TryParse(JsonReading.Text(root, "created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : null,
            [.. JsonReading.Texts(rootfs, "diff_ids").Select(Digests.Check)],
            Run(config));
    }

    private static ImageConfig Run(JsonElement config) => new()
    {
        User = JsonReading.Text(config, "User") ?? "",
        Entrypoint = JsonReading.Texts(config, "Entrypoint"),
        Cmd = JsonReading.Texts(config, "Cmd"),
        Env = JsonReading.Texts(config, "Env"),
        WorkingDir = JsonReading.Text(config, "WorkingDir") ?? "",
        StopSignal = JsonReading.Text(config, "StopSignal") ?? "",
        ExposedPorts = JsonReading.Keys(config, "ExposedPorts"),
        Volumes = JsonReading.Keys(config, "Volumes"),
        Labels = JsonReading.Map(config, "Labels"),
    };
}
