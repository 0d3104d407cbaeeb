using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Admission;

/// <summary>A pod's priority is its class's, or that of the class for pods that name none (Kubernetes: Priority admission controller).</summary>
internal static class PriorityAdmission
{
    private const string Resource = "priorityclasses", Preempts = "PreemptLowerPriority";

    /// <exception cref="ApiException">403: there is no such class, or the pod claims what its class does not give.</exception>
    public static void Apply(ObjectStore store, JsonObject pod)
    {
        var (spec, podName) = (pod.MapOrNew("spec"), pod.Map("metadata").Text("name") ?? "");
        var named = spec.Text("priorityClassName") ?? "";
        var found = named.Length == 0 ? Default(store)
            : store.Get(ResourceKeys.Of(Resource, null, named)) is { } stored ? JsonBytes.Parse(stored.Document)
            : throw ApiException.Forbidden("pods", podName, $"no PriorityClass with name {named} was found");
        if (found?.Map("metadata").Text("name") is { } name)
        {
            spec["priorityClassName"] = name;
        }

        var (priority, policy) = (found.Number("value") ?? 0, found.Text("preemptionPolicy") ?? Preempts);
        if (spec.Number("priority") is { } claimed && claimed != priority)
        {
            throw ApiException.Forbidden("pods", podName, string.Create(
                CultureInfo.InvariantCulture,
                $"the integer value of priority ({claimed}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name"));
        }

        if (spec.Text("preemptionPolicy") is { Length: > 0 } wished && wished != policy)
        {
            throw ApiException.Forbidden("pods", podName, $"the string value of PreemptionPolicy ({wished}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name");
        }

        (spec["priority"], spec["preemptionPolicy"]) = (Bodies.JsonText.Number(priority), policy);
    }

    /// <summary>There can be one default only.</summary>
    /// <param name="old">Null for a new class.</param>
    /// <exception cref="ApiException">403.</exception>
    public static void CheckClass(ObjectStore store, JsonObject? old, JsonObject priorityClass)
    {
        var name = priorityClass.Map("metadata").Text("name") ?? "";
        if (priorityClass.Flag("globalDefault") == true && old.Flag("globalDefault") != true && Default(store)?.Map("metadata").Text("name") is { } other && other != name)
        {
            throw ApiException.Forbidden("priorityclasses.scheduling.k8s.io", name, $"PriorityClass {other} is already marked as default. Only one default can exist");
        }
    }

    private static JsonObject? Default(ObjectStore store) =>
        store.List(ResourceKeys.Prefix(Resource)).Objects
            .Select(stored => JsonBytes.Parse(stored.Document))
            .Where(found => found.Flag("globalDefault") == true)
            .MinBy(found => found.Number("value") ?? 0);
}
