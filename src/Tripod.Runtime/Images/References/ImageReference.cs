namespace Tripod.Runtime.Images.References;

/// <summary>
/// The name of an image in full: registry, repository, and a tag or a digest or both. Short forms are completed as
/// Docker does it: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>.
/// </summary>
public sealed record ImageReference
{
    private const string DockerHub = "docker.io", Official = "library/";

    internal ImageReference(string host, string repository, string? tag, string? digest)
    {
        Host = host;
        Repository = repository;
        Tag = tag ?? (digest is null ? "latest" : null);
        Digest = digest;
    }

    /// <summary>The registry as it stands in the reference, with a port where there is one.</summary>
    public string Host { get; }

    /// <summary>For example <c>library/nginx</c>.</summary>
    public string Repository { get; }

    public string? Tag { get; }

    /// <summary><c>sha256:…</c>; where it is given it says which image is meant, and the tag is only for people.</summary>
    public string? Digest { get; }

    /// <summary><c>docker.io/library/nginx</c></summary>
    public string Name => $"{Host}/{Repository}";

    /// <summary>What identifies the image: name and digest, or name and tag.</summary>
    public string Canonical => Digest is null ? $"{Name}:{Tag}" : $"{Name}@{Digest}";

    /// <summary>As short as Docker shows it: <c>nginx:latest</c>.</summary>
    public string Familiar => Shorten(ToString());

    /// <exception cref="RuntimeException">It is no reference; the reason is the kubelet's <c>InvalidImageName</c>.</exception>
    public static ImageReference Parse(string text) => ReferenceGrammar.Parse(text) switch
    {
        ({ } reference, _) => reference,
        (_, var problem) => throw new RuntimeException(
            RuntimeErrorKind.InvalidArgument, $"couldn't parse image name \"{text}\": invalid reference format{problem}", "InvalidImageName"),
    };

    public static ImageReference? TryParse(string text) => ReferenceGrammar.Parse(text).Reference;

    /// <summary>Takes away what Docker does not show of a full name.</summary>
    public static string Shorten(string full)
    {
        if (!full.StartsWith($"{DockerHub}/", StringComparison.Ordinal))
        {
            return full;
        }

        var rest = full[(DockerHub.Length + 1)..];
        return rest.StartsWith(Official, StringComparison.Ordinal) && !rest[Official.Length..].Contains('/', StringComparison.Ordinal)
            ? rest[Official.Length..]
            : rest;
    }

    public override string ToString() => Name + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");
}
