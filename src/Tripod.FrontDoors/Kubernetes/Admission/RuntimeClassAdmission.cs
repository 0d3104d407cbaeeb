using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Admission;

/// <summary>A pod's RuntimeClass must exist; it lends the pod its overhead, and what it asks of nodes (Kubernetes: RuntimeClass admission controller).</summary>
internal static class RuntimeClassAdmission
{
    /// <exception cref="ApiException">403.</exception>
    public static void Apply(ObjectStore store, JsonObject pod)
    {
        var spec = pod.MapOrNew("spec");
        var name = spec.Text("runtimeClassName") ?? "";
        var found = name.Length == 0 ? null
            : store.Get(ResourceKeys.Of("runtimeclasses", null, name)) is { } stored ? JsonBytes.Parse(stored.Document)
            : throw Refuse(pod, $"RuntimeClass \"{name}\" not found");
        Burden(pod, spec, found.Map("overhead").Map("podFixed"));
        if (found.Map("scheduling") is { } scheduling)
        {
            Choose(pod, spec, scheduling);
        }
    }

    private static void Burden(JsonObject pod, JsonObject spec, JsonObject? overhead)
    {
        var claimed = spec.Map("overhead") is { Count: > 0 } set ? set : null;
        if (overhead is null)
        {
            if (claimed is not null)
            {
                throw Refuse(pod, "Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }

            return;
        }

        if (claimed is not null && !SameAmounts(claimed, overhead))
        {
            throw Refuse(pod, "Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }

        spec["overhead"] = overhead.DeepClone();
    }

    private static void Choose(JsonObject pod, JsonObject spec, JsonObject scheduling)
    {
        foreach (var (key, wanted) in scheduling.Map("nodeSelector") ?? [])
        {
            var selector = spec.MapOrNew("nodeSelector");
            var value = scheduling.Map("nodeSelector").Text(key);
            if (selector.Text(key) is { } own && own != value)
            {
                throw ApiException.Forbidden("pods", NameOf(pod), $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {own}");
            }

            selector[key] = wanted?.DeepClone();
        }

        foreach (var toleration in scheduling.Maps("tolerations"))
        {
            if (spec.List("tolerations") is not { } list)
            {
                spec["tolerations"] = list = [];
            }

            if (!list.Any(known => JsonNode.DeepEquals(known, toleration)))
            {
                list.Add(toleration.DeepClone());
            }
        }
    }

    private static bool SameAmounts(JsonObject one, JsonObject other) =>
        one.Count == other.Count && one.All(amount =>
            Quantity.TryParse(amount.Value?.ToString() ?? "", out var left) && Quantity.TryParse(other[amount.Key]?.ToString() ?? "", out var right) && left.CompareTo(right) == 0);

    private static ApiException Refuse(JsonObject pod, string why) => ApiException.Forbidden("pods", NameOf(pod), $"pod rejected: {why}");

    private static string NameOf(JsonObject pod) => pod.Map("metadata").Text("name") ?? "";
}
