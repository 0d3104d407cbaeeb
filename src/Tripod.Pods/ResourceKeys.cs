namespace Tripod.Pods;

/// <summary>How API objects are keyed in the store: <c>/registry/RESOURCE/NAMESPACE/NAME</c>, cluster-wide ones without a namespace.</summary>
public static class ResourceKeys
{
    public static string Of(string resource, string? @namespace, string name) =>
        @namespace is null ? $"/registry/{resource}/{name}" : $"/registry/{resource}/{@namespace}/{name}";

    public static string Prefix(string resource, string? @namespace = null) =>
        @namespace is null ? $"/registry/{resource}/" : $"/registry/{resource}/{@namespace}/";

    public static string Pod(string @namespace, string name) => Of("pods", @namespace, name);

    public static string ConfigMap(string @namespace, string name) => Of("configmaps", @namespace, name);

    public static string Secret(string @namespace, string name) => Of("secrets", @namespace, name);
}
