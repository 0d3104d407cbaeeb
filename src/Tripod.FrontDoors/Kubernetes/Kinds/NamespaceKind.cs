using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class NamespaceKind
{
    public static readonly ApiKind Row = new()
    {
        Kind = "Namespace",
        Plural = "namespaces",
        Singular = "namespace",
        ShortNames = ["ns"],
        Namespaced = false,
        Subresources = ["status", "finalize"],
        Columns = [CommonColumns.Name, new("Status"), CommonColumns.Age],
        Row = (document, now) =>
        [
            (string?)document["metadata"]!["name"],
            (string?)document["status"]?["phase"],
            Age.Since(document["metadata"]!["creationTimestamp"], now),
        ],
        SelectableFields = new Dictionary<string, Func<System.Text.Json.Nodes.JsonObject, string>> { ["status.phase"] = document => (string?)document["status"]?["phase"] ?? "" },
    };
}
