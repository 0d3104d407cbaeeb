using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class ConfigMapKind
{
    public static readonly ApiKind Row = new()
    {
        Kind = "ConfigMap",
        Plural = "configmaps",
        Singular = "configmap",
        ShortNames = ["cm"],
        Namespaced = true,
        Columns = [CommonColumns.Name, new("Data"), CommonColumns.Age],
        Row = (document, now) =>
        [
            (string?)document["metadata"]!["name"],
            $"{(document["data"]?.AsObject().Count ?? 0) + (document["binaryData"]?.AsObject().Count ?? 0)}",
            Age.Since(document["metadata"]!["creationTimestamp"], now),
        ],
        ValidateUpdate = ImmutableData.Check,
    };
}
