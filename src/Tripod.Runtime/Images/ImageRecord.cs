namespace Tripod.Runtime.Images;

/// <summary>An image that is present, with what its config asks for (OCI image-spec, config.md).</summary>
public sealed record ImageRecord
{
    /// <summary>The digest of the config: <c>sha256:…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Full names with tags: <c>docker.io/library/nginx:latest</c>.</summary>
    public IReadOnlyList<string> RepoTags { get; init; } = [];

    /// <summary><c>docker.io/library/nginx@sha256:…</c>, the manifest's or the index's digest.</summary>
    public IReadOnlyList<string> RepoDigests { get; init; } = [];

    /// <summary>Bytes on disk, unpacked, of all layers.</summary>
    public long Size { get; init; }
    public DateTimeOffset? Created { get; init; }
    public string Architecture { get; init; } = "";
    public ImageConfig Config { get; init; } = new();

    /// <summary>Chain ids of the layers, lowest first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Never collected; the pause image.</summary>
    public bool Pinned { get; init; }
}

/// <summary>The part of an image's config that says how it runs.</summary>
public sealed record ImageConfig
{
    public string User { get; init; } = "";
    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    public IReadOnlyList<string> Cmd { get; init; } = [];
    public IReadOnlyList<string> Env { get; init; } = [];
    public string WorkingDir { get; init; } = "";
    public string StopSignal { get; init; } = "";
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];
    public IReadOnlyList<string> Volumes { get; init; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>How far one layer of a pull has come; bytes as sent over the wire.</summary>
/// <param name="Status">Docker's words: <c>Pulling fs layer</c>, <c>Downloading</c>, <c>Extracting</c>, <c>Pull complete</c>, <c>Already exists</c>.</param>
public sealed record PullProgress(string LayerDigest, string Status, long Current, long Total);

/// <summary>What a registry is shown; empty: anonymous.</summary>
/// <param name="IdentityToken">Buys tokens of the registry's token service (OAuth2's refresh token).</param>
/// <param name="RegistryToken">Such a token itself, shown to the registry as it is.</param>
public sealed record RegistryCredentials(string Username = "", string Password = "", string IdentityToken = "", string RegistryToken = "")
{
    /// <summary>The same for the same credentials, and for no others.</summary>
    internal string Key => string.Join('\n', Username, Password, IdentityToken, RegistryToken);
}
