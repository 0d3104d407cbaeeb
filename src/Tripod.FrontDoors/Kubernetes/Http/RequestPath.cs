namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>What a path of the API is about: <c>/api/v1/namespaces/NS/pods/NAME/log</c>.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Version">As <c>v1</c>.</param>
/// <param name="Namespace">Null: the cluster, or all namespaces.</param>
/// <param name="Resource">Plural.</param>
/// <param name="Name">Null: the collection.</param>
/// <param name="Subresource">Null: the object itself.</param>
internal sealed record RequestPath(string Group, string Version, string? Namespace, string Resource, string? Name, string? Subresource)
{
    /// <summary>What follows <c>/proxy/</c>, for whom the request is proxied to; ends with a slash where the path does.</summary>
    public string Tail { get; init; } = "";

    /// <summary>The path up to and including <c>/proxy</c>.</summary>
    public string ProxyRoot => $"/api/{Version}{(Namespace is null ? "" : $"/namespaces/{Namespace}")}/{Resource}/{Name}/proxy";

    /// <returns>Null for a path that is no resource's.</returns>
    public static RequestPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["api", "v1", "nodes", var node, "proxy", ..])
        {
            return new("", "v1", null, "nodes", node, "proxy") { Tail = TailOf(path, 5) };
        }

        if (parts is ["api", "v1", "namespaces", var space, "pods", var pod, "proxy", ..])
        {
            return new("", "v1", space, "pods", pod, "proxy") { Tail = TailOf(path, 7) };
        }

        return parts switch
        {
            ["api", "v1", .. { Length: > 0 } rest] => Below("", "v1", rest),
            ["apis", var group, var version, .. { Length: > 0 } rest] => Below(group, version, rest),
            _ => null,
        };
    }

    // As it was sent, empty parts and all: it is another server's path.
    private static string TailOf(string path, int parts)
    {
        var at = 0;
        for (var i = 0; i <= parts && at >= 0; i++)
        {
            at = path.IndexOf('/', at) is var slash and >= 0 ? slash + 1 : -1;
        }

        return at < 0 ? "" : path[at..];
    }

    private static RequestPath? Below(string group, string version, string[] parts) => parts switch
    {
        ["namespaces"] => new(group, version, null, "namespaces", null, null),
        ["namespaces", var name] => new(group, version, null, "namespaces", name, null),
        ["namespaces", var name, "status" or "finalize"] => new(group, version, null, "namespaces", name, parts[2]),
        ["namespaces", var space, var resource] => new(group, version, space, resource, null, null),
        ["namespaces", var space, var resource, var name] => new(group, version, space, resource, name, null),
        ["namespaces", var space, var resource, var name, var sub] => new(group, version, space, resource, name, sub),
        [var resource] => new(group, version, null, resource, null, null),
        [var resource, var name] => new(group, version, null, resource, name, null),
        [var resource, var name, var sub] => new(group, version, null, resource, name, sub),
        _ => null,
    };
}
