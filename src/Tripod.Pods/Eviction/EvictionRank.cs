using k8s.Models;
using Tripod.Pods.Capacity;

namespace Tripod.Pods.Eviction;

/// <summary>In which order pods give way (Kubernetes: Pod selection for kubelet eviction). Pure.</summary>
internal static class EvictionRank
{
    private const int SystemCritical = 2_000_000_000;
    private const string Mirrored = "kubernetes.io/config.mirror", Source = "kubernetes.io/config.source", FromApi = "api";

    /// <summary>
    /// The first to go first: who uses more than was asked for, then who matters less, then who uses most beyond the
    /// request. Processes cannot be asked for: there it is priority, then number.
    /// </summary>
    public static IReadOnlyList<(PodView Pod, PodUse Use)> Order(string resource, IEnumerable<(PodView Pod, PodUse Use)> pods) =>
    [
        .. pods.Where(candidate => !IsCritical(candidate.Pod.Object))
            .OrderByDescending(candidate => resource != "pids" && Beyond(resource, candidate) > 0)
            .ThenBy(candidate => candidate.Pod.Spec.Priority ?? 0)
            .ThenByDescending(candidate => Beyond(resource, candidate)),
    ];

    /// <summary>The machine itself may not work without it: it neither goes nor is refused.</summary>
    public static bool IsCritical(V1Pod pod) =>
        pod.Spec.Priority >= SystemCritical
        || pod.Metadata.Annotations?.ContainsKey(Mirrored) == true
        || (pod.Metadata.Annotations?.TryGetValue(Source, out var source) == true && source != FromApi);

    private static decimal Beyond(string resource, (PodView Pod, PodUse Use) candidate) =>
        candidate.Use.Of(resource) - (resource is "memory" or "ephemeral-storage" ? PodRequests.Of(candidate.Pod.Spec).GetValueOrDefault(resource) : 0);
}
