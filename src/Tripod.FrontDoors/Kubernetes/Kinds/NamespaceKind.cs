using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class NamespaceKind
{
    /// <summary>What every cluster has and clients rely on.</summary>
    public static IReadOnlySet<string> Protected { get; } = new HashSet<string>(["default", "kube-system", "kube-public"], StringComparer.Ordinal);

    public static ServedKind Row { get; } = new()
    {
        Kind = "Namespace",
        Plural = "namespaces",
        Singular = "namespace",
        ShortNames = ["ns"],
        Namespaced = false,
        Deletion = Deletion.ByController,
        Subresources = [new("finalize", "Namespace", ["update"]), new("status", "Namespace", Verbs.Status)],
        Columns = [TableColumn.ObjectName, new("Status", "whether it takes new objects"), TableColumn.Age],
        Row = (space, now) =>
        [
            space.Text("metadata", "name"),
            space.Text("status", "phase"),
            HumanDuration.Since(space.Moment("metadata", "creationTimestamp"), now),
        ],
        Selectable = new Dictionary<string, Func<JsonElement, string>> { ["status.phase"] = space => space.Text("status", "phase") },
        PrepareForCreate = space =>
        {
            space["status"] = new JsonObject { ["phase"] = "Active" };
            space.Remove("spec");
        },
        // What keeps a namespace until it is empty is not its users' to take away, other than by the subresource finalize.
        PrepareForUpdate = (old, changed) => changed["spec"] = old["spec"]?.DeepClone(),
    };
}
