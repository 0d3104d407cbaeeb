namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Every kind that is served. The next kind is one file and one line here.</summary>
internal static class KindRegistry
{
    public static IReadOnlyList<ServedKind> All { get; } =
    [
        PodKind.Row,
        ConfigMapKind.Row,
        SecretKind.Row,
        NamespaceKind.Row,
        NodeKind.Row,
        EventKind.Row,
        ServiceAccountKind.Row,
        PersistentVolumeClaimKind.Row,
        PersistentVolumeKind.Row,
        StorageClassKind.Row,
        RuntimeClassKind.Row,
        PriorityClassKind.Row,
        PodTemplateKind.Row,
        LeaseKind.Row,
        ClusterTrustBundleKind.Row,
        PodCertificateRequestKind.Row,
        RoleKind.Row,
        RoleKind.ClusterWide,
        RoleBindingKind.Row,
        RoleBindingKind.ClusterWide,
        EventViewKind.Row,
    ];

    public static ServedKind? Find(string group, string version, string plural) =>
        All.FirstOrDefault(kind => kind.Plural == plural && kind.Group == group && kind.Version == version);
}
