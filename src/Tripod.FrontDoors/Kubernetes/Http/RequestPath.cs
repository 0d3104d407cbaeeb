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
    /// <returns>Null for a path that is no resource's.</returns>
    public static RequestPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api", "v1", .. { Length: > 0 } rest] => Below("", "v1", rest),
            ["apis", var group, var version, .. { Length: > 0 } rest] => Below(group, version, rest),
            _ => null,
        };
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
