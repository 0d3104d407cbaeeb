using Tripod.Pods.Capacity;
using Tripod.Pods.Status;

namespace Tripod.Pods.Resizing;

/// <summary>In which order resizes that wait are looked at (KEP-1287, "Priority of resize requests"). Pure.</summary>
internal static class ResizeOrder
{
    /// <summary>First those that ask for no more than they have; then by priority, by quality of service, and by how long they have waited.</summary>
    public static IEnumerable<PodView> Of(IEnumerable<PodView> waiting) => waiting
        .OrderBy(pod => Grows(pod) ? 1 : 0)
        .ThenByDescending(pod => pod.Spec.Priority ?? 0)
        .ThenBy(pod => QosClass.Of(pod.Spec) == "Guaranteed" ? 0 : 1)
        .ThenBy(WaitsSince)
        .ThenBy(pod => pod.Key, StringComparer.Ordinal)
        .ToList();

    private static bool Grows(PodView pod)
    {
        var (has, wants) = (PodRequests.Of(pod.Spec), PodRequests.Of(pod.Desired.Spec));
        return wants.GetValueOrDefault("cpu") > has.GetValueOrDefault("cpu") || wants.GetValueOrDefault("memory") > has.GetValueOrDefault("memory");
    }

    private static DateTime WaitsSince(PodView pod) =>
        pod.Object.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "PodResizePending")?.LastTransitionTime ?? DateTime.MaxValue;
}
