using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class ServiceAccountKind
{
    public static ServedKind Row { get; } = new()
    {
        Kind = "ServiceAccount",
        Plural = "serviceaccounts",
        Singular = "serviceaccount",
        ShortNames = ["sa"],
        Subresources = [new("token", "TokenRequest", Verbs.Create, "authentication.k8s.io/v1")],
        Columns = [TableColumn.ObjectName, new("Secrets", "how many secrets it names"), TableColumn.Age],
        Row = (account, now) =>
        [
            account.Text("metadata", "name"),
            $"{account.Items("secrets").Count}",
            HumanDuration.Since(account.Moment("metadata", "creationTimestamp"), now),
        ],
    };
}
