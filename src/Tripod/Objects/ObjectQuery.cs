using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>What <c>get</c> is asked for: a type, of it one object or all, in one namespace or in all.</summary>
internal sealed record ObjectQuery(ResourceType Type, string? Name, string? Namespace)
{
    public string? Labels { get; init; }
    public string? Fields { get; init; }

    /// <summary>Of the words that name objects, or of the manifests that do.</summary>
    /// <param name="space">Null: all namespaces.</param>
    /// <exception cref="CommandFailure">They do not say what is meant.</exception>
    public static IReadOnlyList<ObjectQuery> Parse(IReadOnlyList<ResourceType> types, string[]? words, string[]? files, bool recursive, string? space)
    {
        var named = files is { Length: > 0 }
            ? ManifestFiles.Read(files, recursive).Select(found => new ObjectQuery(ResourceType.Of(types, found.Manifest), (string?)found.Manifest["metadata"]?["name"], (string?)found.Manifest["metadata"]?["namespace"] ?? space))
            : NamedObjects.Parse(types, words ?? []).Select(target => new ObjectQuery(target.Type, target.Name, space));
        return [.. named.Select(query => query.Name is not null && query.Namespace is null && query.Type.IsNamespaced
            ? throw new CommandFailure("error: a resource cannot be retrieved by name across all namespaces")
            : query)];
    }

    /// <summary>Where its collection is, or the object itself.</summary>
    public string Path => Type.Path(Namespace, Name) + Parameters([.. Name is null ? Selectors(Fields) : []]);

    /// <summary>Every change of it after a revision.</summary>
    public string WatchPath(string revision) => Type.Path(Namespace) + Parameters(
    [
        "watch=1", "allowWatchBookmarks=true", $"resourceVersion={revision}",
        .. Selectors(Name is null ? Fields : $"metadata.name={Name}"),
    ]);

    /// <summary>Items of a list come without their kind.</summary>
    public JsonObject WithKind(JsonNode item)
    {
        var document = (JsonObject)item.DeepClone();
        document["kind"] ??= Type.Kind;
        document["apiVersion"] ??= Type.ApiVersion;
        return document;
    }

    private IEnumerable<string> Selectors(string? fields)
    {
        if (Labels is { } labels)
        {
            yield return $"labelSelector={Uri.EscapeDataString(labels)}";
        }

        if (fields is not null)
        {
            yield return $"fieldSelector={Uri.EscapeDataString(fields)}";
        }
    }

    private static string Parameters(IReadOnlyList<string> parameters) => "?" + string.Join('&', parameters.Prepend("includeObject=Object"));
}
