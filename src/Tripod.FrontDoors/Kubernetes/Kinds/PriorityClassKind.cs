using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>How much a pod matters beside others. The two system classes are made at start.</summary>
internal static class PriorityClassKind
{
    public static ServedKind Row { get; } = new()
    {
        Group = "scheduling.k8s.io",
        Kind = "PriorityClass",
        Plural = "priorityclasses",
        Singular = "priorityclass",
        ShortNames = ["pc"],
        Namespaced = false,
        HasGeneration = true,
        Columns =
        [
            TableColumn.ObjectName,
            new("Value", "the priority of its pods"),
            new("Global-Default", "whether it is for pods that name none"),
            TableColumn.Age,
            new("PreemptionPolicy", "whether its pods make others go"),
        ],
        Row = (priorityClass, now) =>
        [
            priorityClass.Text("metadata", "name"),
            priorityClass.At("value") is { ValueKind: System.Text.Json.JsonValueKind.Number } value ? value.GetInt64() : 0L,
            priorityClass.Flag("globalDefault") ? "true" : "false",
            HumanDuration.Since(priorityClass.Moment("metadata", "creationTimestamp"), now),
            priorityClass.Text("preemptionPolicy"),
        ],
    };
}
