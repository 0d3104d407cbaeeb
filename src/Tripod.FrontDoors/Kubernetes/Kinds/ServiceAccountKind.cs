using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class ServiceAccountKind
{
    public static readonly ApiKind Row = new()
    {
        Kind = "ServiceAccount",
        Plural = "serviceaccounts",
        Singular = "serviceaccount",
        ShortNames = ["sa"],
        Namespaced = true,
        Columns = [CommonColumns.Name, new("Secrets"), CommonColumns.Age],
        Row = (document, now) =>
        [
            (string?)document["metadata"]!["name"],
            $"{document["secrets"]?.AsArray().Count ?? 0}",
            Age.Since(document["metadata"]!["creationTimestamp"], now),
        ],
    };
}
