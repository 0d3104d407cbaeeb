using System.Text;
using System.Text.Json.Nodes;

namespace Tripod.Objects;

/// <summary>The annotation by which kubectl's own apply knows what was applied before: with it the two can take turns. Pure.</summary>
internal static class LastApplied
{
    private const string Key = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>All annotations of an object together may have 256 KiB.</summary>
    private const int Largest = 128 * 1024;

    /// <returns>The manifest with the annotation; without, where it would be too large.</returns>
    public static JsonObject Note(JsonObject manifest, string? space)
    {
        var applied = (JsonObject)manifest.DeepClone();
        var metadata = applied["metadata"]!.AsObject();
        metadata["annotations"] ??= new JsonObject();
        metadata["annotations"]!.AsObject().Remove(Key);
        if (space is not null)
        {
            metadata["namespace"] = space;
        }

        var text = JsonText.Of(applied) + "\n";
        if (Encoding.UTF8.GetByteCount(text) > Largest)
        {
            return manifest;
        }

        metadata["annotations"]![Key] = text;
        return applied;
    }
}
