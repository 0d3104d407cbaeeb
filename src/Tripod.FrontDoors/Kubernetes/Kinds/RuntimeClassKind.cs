using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Which OCI runtime a pod's containers are run by. A class is made at start for each one that the machine has.</summary>
internal static class RuntimeClassKind
{
    public const string Group = "node.k8s.io";

    public static ServedKind Row { get; } = new()
    {
        Group = Group,
        Kind = "RuntimeClass",
        Plural = "runtimeclasses",
        Singular = "runtimeclass",
        Namespaced = false,
        Columns = [TableColumn.ObjectName, new("Handler", "the OCI runtime"), TableColumn.Age],
        Row = (runtimeClass, now) =>
        [
            runtimeClass.Text("metadata", "name"),
            runtimeClass.Text("handler"),
            HumanDuration.Since(runtimeClass.Moment("metadata", "creationTimestamp"), now),
        ],
    };
}
