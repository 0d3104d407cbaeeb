using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>What those who take turns write their name into; nobody but they acts on it.</summary>
internal static class LeaseKind
{
    public static ServedKind Row { get; } = new()
    {
        Group = "coordination.k8s.io",
        Kind = "Lease",
        Plural = "leases",
        Singular = "lease",
        CreatesOnUpdate = true,
        Columns = [TableColumn.ObjectName, new("Holder", "whose turn it is"), TableColumn.Age],
        Row = (lease, now) =>
        [
            lease.Text("metadata", "name"),
            lease.Text("spec", "holderIdentity"),
            HumanDuration.Since(lease.Moment("metadata", "creationTimestamp"), now),
        ],
    };
}
