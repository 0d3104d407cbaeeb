using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>What may be done: in one namespace, or everywhere. <see cref="Authorization.Authorizer"/> reads them.</summary>
internal static class RoleKind
{
    public const string Group = "rbac.authorization.k8s.io";

    private static readonly ServedKind Shape = new()
    {
        Group = Group,
        Kind = "",
        Plural = "",
        Singular = "",
        CreatesOnUpdate = true,
        Columns = [TableColumn.ObjectName, new("Created At", "when it was made", Type: "date")],
        Row = (role, _) => [role.Text("metadata", "name"), role.Text("metadata", "creationTimestamp")],
    };

    public static ServedKind Row { get; } = Shape with { Kind = "Role", Plural = "roles", Singular = "role" };

    public static ServedKind ClusterWide { get; } = Shape with { Kind = "ClusterRole", Plural = "clusterroles", Singular = "clusterrole", Namespaced = false };
}
