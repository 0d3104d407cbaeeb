using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class SecretKind
{
    public static readonly ApiKind Row = new()
    {
        Kind = "Secret",
        Plural = "secrets",
        Singular = "secret",
        Namespaced = true,
        Columns = [CommonColumns.Name, new("Type"), new("Data"), CommonColumns.Age],
        Row = (document, now) =>
        [
            (string?)document["metadata"]!["name"],
            (string?)document["type"],
            $"{document["data"]?.AsObject().Count ?? 0}",
            Age.Since(document["metadata"]!["creationTimestamp"], now),
        ],
        SelectableFields = new Dictionary<string, Func<System.Text.Json.Nodes.JsonObject, string>> { ["type"] = document => (string?)document["type"] ?? "" },
        ValidateUpdate = ImmutableData.Check,
    };
}
