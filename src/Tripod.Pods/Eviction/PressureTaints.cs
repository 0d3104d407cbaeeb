using System.Text.Json.Nodes;
using Tripod.Pods.Status;

namespace Tripod.Pods.Eviction;

/// <summary>The taints by which a node's conditions keep new pods away (Kubernetes: Taint Nodes by Condition). Pure.</summary>
internal static class PressureTaints
{
    public const string Memory = "node.kubernetes.io/memory-pressure";

    private const string Disk = "node.kubernetes.io/disk-pressure", Processes = "node.kubernetes.io/pid-pressure", Effect = "NoSchedule";

    private static readonly (string Condition, string Key)[] Table = [(Signal.MemoryPressure, Memory), (Signal.DiskPressure, Disk), (Signal.PidPressure, Processes)];

    /// <summary>What the node has, with those of the conditions that hold and without those of the others.</summary>
    /// <returns>Null where there is none.</returns>
    public static JsonArray? Apply(JsonArray? before, IReadOnlyList<string> conditions, DateTimeOffset now)
    {
        var taints = (before ?? []).OfType<JsonObject>()
            .Where(taint => !Table.Any(own => own.Key == (string?)taint["key"] && !conditions.Contains(own.Condition)))
            .Select(taint => taint.DeepClone()).ToList();
        foreach (var (_, key) in Table.Where(own => conditions.Contains(own.Condition) && !taints.Exists(taint => (string?)taint["key"] == own.Key)))
        {
            taints.Add(new JsonObject { ["key"] = key, ["effect"] = Effect, ["timeAdded"] = ContainerStates.Time(now) });
        }

        return taints.Count == 0 ? null : new JsonArray([.. taints]);
    }
}
