using System.Text.Json.Nodes;

namespace Tripod.Client;

/// <summary>A resource that the server serves: <c>pods</c>, <c>Pod</c>, <c>po</c>.</summary>
internal sealed record ResourceType(string Group, string Version, string Plural, string Singular, string Kind, bool IsNamespaced, bool IsServed, IReadOnlyList<string> Aliases)
{
    private const string Accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <summary>As kubectl names it: <c>pod</c>, <c>deployment.apps</c>.</summary>
    public string Name => Group.Length == 0 ? Singular : $"{Singular}.{Group}";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <param name="space">Null: all namespaces, or none where the resource has none.</param>
    /// <param name="name">Null: the collection.</param>
    public string Path(string? space, string? name = null) =>
        (Group.Length == 0 ? "/api/" : $"/apis/{Group}/") + Version
        + (IsNamespaced && space is not null ? $"/namespaces/{Uri.EscapeDataString(space)}" : "")
        + $"/{Plural}" + (name is null ? "" : $"/{Uri.EscapeDataString(name)}");

    public static async Task<IReadOnlyList<ResourceType>> ListAsync(KubernetesApi api, CancellationToken cancel)
    {
        var core = await api.GetAsync("/api", cancel, Accept).ConfigureAwait(false);
        var groups = await api.GetAsync("/apis", cancel, Accept).ConfigureAwait(false);
        return
        [
            .. from item in core["items"]!.AsArray().Concat(groups["items"]!.AsArray())
               let version = item["versions"]![0]!
               from resource in version["resources"]!.AsArray()
               select Of((string?)item["metadata"]?["name"] ?? "", (string)version["version"]!, resource),
        ];
    }

    /// <summary>By any of its names: <c>po</c>, <c>pod</c>, <c>pods</c>, <c>Pod</c>, <c>pods.v1.</c> is not one.</summary>
    /// <exception cref="CommandFailure">It is not served; the message names what is.</exception>
    public static ResourceType Find(IReadOnlyList<ResourceType> all, string name)
    {
        var wanted = name.ToLowerInvariant();
        return all.FirstOrDefault(type => type.Answers(wanted))
            ?? throw new CommandFailure($"error: the server doesn't have a resource type \"{name}\"; it has {string.Join(", ", all.Where(type => type.IsServed).Select(type => type.Plural).Distinct().Order(StringComparer.Ordinal))}");
    }

    /// <summary>Of a manifest's <c>apiVersion</c> and <c>kind</c>.</summary>
    public static ResourceType Of(IReadOnlyList<ResourceType> all, JsonObject manifest)
    {
        var (apiVersion, kind) = ((string?)manifest["apiVersion"] ?? "", (string?)manifest["kind"] ?? "");
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : apiVersion[..slash];
        if (apiVersion.Length == 0 || kind.Length == 0)
        {
            throw new CommandFailure($"error: the manifest has no {(kind.Length == 0 ? "kind" : "apiVersion")}: it begins with apiVersion: v1 and kind: Pod");
        }

        return all.FirstOrDefault(type => type.Group == group && type.Kind == kind)
            ?? throw new CommandFailure($"error: resource mapping not found: no matches for kind \"{kind}\" in version \"{apiVersion}\"; served are {string.Join(", ", all.Where(type => type.IsServed).Select(type => type.Kind).Distinct().Order(StringComparer.Ordinal))}");
    }

    private bool Answers(string name) =>
        name == Plural || name == Singular || Aliases.Contains(name) || name == Kind.ToLowerInvariant() || (Group.Length > 0 && (name == $"{Plural}.{Group}" || name == $"{Singular}.{Group}"));

    private static ResourceType Of(string group, string version, JsonNode? resource) => new(
        group,
        version,
        (string)resource!["resource"]!,
        (string?)resource["singularResource"] ?? (string)resource["resource"]!,
        (string)resource["responseKind"]!["kind"]!,
        (string?)resource["scope"] == "Namespaced",
        resource["verbs"]?.AsArray().Any(verb => (string?)verb == "list") ?? false,
        [.. resource["shortNames"]?.AsArray().Select(alias => (string)alias!) ?? []]);
}
