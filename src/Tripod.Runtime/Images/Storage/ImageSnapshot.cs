using System.Collections.Immutable;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Storage;

/// <summary>All images at one moment; immutable.</summary>
/// <param name="Names">Full names with a tag or a digest, and the id of the image each stands for.</param>
internal sealed record ImageSnapshot(ImmutableDictionary<string, StoredImage> Images, ImmutableSortedDictionary<string, string> Names)
{
    private readonly Lazy<ILookup<string, string>> namesById = new(() => Names.ToLookup(pair => pair.Value, pair => pair.Key));

    public IReadOnlyList<string> NamesOf(string imageId) => [.. namesById.Value[imageId]];

    /// <summary>By reference first, as a name may look like the start of an id; then by id.</summary>
    public StoredImage? Find(string text)
    {
        if (ImageReference.TryParse(text) is { } reference && Names.TryGetValue(reference.Canonical, out var named))
        {
            return Images.GetValueOrDefault(named);
        }

        var digits = text.StartsWith("sha256:", StringComparison.Ordinal) ? text["sha256:".Length..] : text;
        if (digits.Length is 0 or > 64 || digits.AsSpan().ContainsAnyExcept("0123456789abcdef"))
        {
            return null;
        }

        var prefix = $"sha256:{digits}";
        if (digits.Length == 64)
        {
            return Images.GetValueOrDefault(prefix);
        }

        var found = Images.Values.Where(image => image.Id.StartsWith(prefix, StringComparison.Ordinal)).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    public ImageRecord Record(StoredImage image)
    {
        var names = NamesOf(image.Id);
        return new ImageRecord
        {
            Id = image.Id,
            RepoTags = [.. names.Where(name => !name.Contains('@', StringComparison.Ordinal))],
            RepoDigests = [.. names.Where(name => name.Contains('@', StringComparison.Ordinal))],
            Size = image.Layers.Sum(layer => layer.Bytes),
            Created = image.Created,
            Architecture = image.Architecture,
            Config = image.Config,
            Layers = [.. image.Layers.Select(layer => layer.ChainId)],
            Pinned = image.Pinned,
        };
    }

    /// <summary>Chain ids that some image has.</summary>
    public HashSet<string> Layers() => [.. Images.Values.SelectMany(image => image.Layers).Select(layer => layer.ChainId)];

    /// <summary>Blobs that some image or name needs.</summary>
    public HashSet<string> Blobs() =>
    [
        .. Images.Values.SelectMany(image => image.Blobs()),
        .. Names.Keys.Where(name => name.Contains('@', StringComparison.Ordinal)).Select(name => name[(name.IndexOf('@', StringComparison.Ordinal) + 1)..]),
    ];
}
