using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Who may do what a role says: in one namespace, or everywhere. <see cref="Authorization.Authorizer"/> reads them.</summary>
internal static class RoleBindingKind
{
    private static readonly ServedKind Shape = new()
    {
        Group = RoleKind.Group,
        Kind = "",
        Plural = "",
        Singular = "",
        CreatesOnUpdate = true,
        Columns =
        [
            TableColumn.ObjectName,
            new("Role", "what it lets them do"),
            TableColumn.Age,
            new("Users", "the users it lets", Wide: true),
            new("Groups", "the groups it lets", Wide: true),
            new("ServiceAccounts", "the service accounts it lets", Wide: true),
        ],
        Row = (binding, now) =>
        [
            binding.Text("metadata", "name"),
            $"{binding.Text("roleRef", "kind")}/{binding.Text("roleRef", "name")}",
            HumanDuration.Since(binding.Moment("metadata", "creationTimestamp"), now),
            Subjects(binding, "User", subject => subject.Text("name")),
            Subjects(binding, "Group", subject => subject.Text("name")),
            Subjects(binding, "ServiceAccount", subject => $"{subject.Text("namespace")}/{subject.Text("name")}"),
        ],
    };

    public static ServedKind Row { get; } = Shape with { Kind = "RoleBinding", Plural = "rolebindings", Singular = "rolebinding" };

    public static ServedKind ClusterWide { get; } =
        Shape with { Kind = "ClusterRoleBinding", Plural = "clusterrolebindings", Singular = "clusterrolebinding", Namespaced = false };

    private static string Subjects(JsonElement binding, string kind, Func<JsonElement, string> show) =>
        string.Join(", ", binding.Items("subjects").Where(subject => subject.Text("kind") == kind).Select(show));
}
