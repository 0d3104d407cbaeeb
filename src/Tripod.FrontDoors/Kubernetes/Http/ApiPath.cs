namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>What a path of the API stands for (Kubernetes API Concepts, Resource URIs); pure.</summary>
public sealed record ApiPath(string Group, string Version, string? Namespace, string Resource, string? Name, string? Subresource, string Rest)
{
    /// <summary>Null for a path that names no resource.</summary>
    public static ApiPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var after] => ("", v, after),
            ["apis", var g, var v, .. var after] => (g, v, after),
            _ => ("", "", Array.Empty<string>()),
        };
        if (rest is ["watch", .. var watched])
        {
            rest = watched;
        }

        return rest switch
        {
            [] => null,
            ["namespaces", var ns, var resource, .. var after] when !(after.Length == 0 && resource is "status" or "finalize") => Of(group, version, ns, resource, after),
            [var resource, .. var after] => Of(group, version, null, resource, after),
        };
    }

    private static ApiPath Of(string group, string version, string? ns, string resource, string[] after) =>
        new(group, version, ns, resource, after.Length > 0 ? after[0] : null, after.Length > 1 ? after[1] : null, string.Join('/', after.Skip(2)));
}
