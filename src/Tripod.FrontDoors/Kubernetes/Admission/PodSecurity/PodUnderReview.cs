using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>A pod, or a template of pods, as the standards look at it.</summary>
internal sealed class PodUnderReview(JsonObject pod)
{
    public JsonObject Spec { get; } = pod.Map("spec") ?? [];

    public JsonObject? Annotations { get; } = pod.Map("metadata").Map("annotations");

    public JsonObject? Context => Spec.Map("securityContext");

    public bool IsWindows => Spec.Map("os").Text("name") == "windows";

    /// <summary>Its root is not the machine's.</summary>
    public bool HasOwnUsers => Spec.Flag("hostUsers") == false;

    public IReadOnlyList<JsonObject> Containers =>
        field ??= [.. Spec.Maps("initContainers"), .. Spec.Maps("containers"), .. Spec.Maps("ephemeralContainers")];

    /// <summary>The names of the containers for which it holds.</summary>
    public List<string> Where(Func<JsonObject, bool> holds) => [.. Containers.Where(holds).Select(container => container.Text("name") ?? "")];

    public List<string> WhereContext(Func<JsonObject?, bool> holds) => Where(container => holds(container.Map("securityContext")));
}
