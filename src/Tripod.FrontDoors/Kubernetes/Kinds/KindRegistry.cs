namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Every kind that is served. The next kind is one file and one line here.</summary>
public static class KindRegistry
{
    public static readonly IReadOnlyList<ApiKind> All =
    [
        ConfigMapKind.Row, EventKind.Core, EventKind.Grouped, NamespaceKind.Row, NodeKind.Row, PodKind.Row, SecretKind.Row, ServiceAccountKind.Row,
    ];

    public static ApiKind? Find(string group, string version, string plural) =>
        All.FirstOrDefault(kind => kind.Group == group && kind.Version == version && kind.Plural == plural);
}
