using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class ConfigMapKind
{
    public static ServedKind Row { get; } = new()
    {
        Kind = "ConfigMap",
        Plural = "configmaps",
        Singular = "configmap",
        ShortNames = ["cm"],
        Columns = [TableColumn.ObjectName, new("Data", "how many entries it holds"), TableColumn.Age],
        Row = (map, now) =>
        [
            map.Text("metadata", "name"),
            $"{map.Size("data") + map.Size("binaryData")}",
            HumanDuration.Since(map.Moment("metadata", "creationTimestamp"), now),
        ],
    };
}
