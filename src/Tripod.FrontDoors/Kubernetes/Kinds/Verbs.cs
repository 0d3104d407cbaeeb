namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>As discovery spells them.</summary>
internal static class Verbs
{
    public static IReadOnlyList<string> All { get; } = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public static IReadOnlyList<string> Status { get; } = ["get", "patch", "update"];

    public static IReadOnlyList<string> Create { get; } = ["create"];

    public static IReadOnlyList<string> Get { get; } = ["get"];

    public static IReadOnlyList<string> Proxy { get; } = ["create", "delete", "get", "patch", "update"];

    public static IReadOnlyList<string> Connect { get; } = ["create", "get"];
}
