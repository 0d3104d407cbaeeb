using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Manifests;

/// <summary>A layer as manifest and config together describe it.</summary>
internal sealed record WantedLayer(Descriptor Blob, string DiffId, string ChainId)
{
    /// <summary>Lowest first.</summary>
    /// <exception cref="InvalidDataException">Manifest and config do not go together.</exception>
    public static IReadOnlyList<WantedLayer> List(ImageManifest manifest, ConfigDocument config)
    {
        if (config.Os is not ("linux" or ""))
        {
            throw new InvalidDataException($"the image is for {config.Os}, not linux");
        }

        if (manifest.Layers.Count != config.DiffIds.Count)
        {
            throw new InvalidDataException($"the manifest has {manifest.Layers.Count} layers, the config {config.DiffIds.Count}");
        }

        var chain = Digests.Chain(config.DiffIds);
        return [.. manifest.Layers.Select((layer, i) => new WantedLayer(layer, config.DiffIds[i], chain[i]))];
    }
}
