using k8s.Models;

namespace Tripod.Pods.Cluster.Scheduling;

/// <summary>Which pods go so that one that matters more can come (Kubernetes: Pod Priority and Preemption). Pure.</summary>
internal static class Preemption
{
    public static int PriorityOf(V1PodSpec pod) => pod.Priority ?? 0;

    /// <summary>
    /// All that may go are thought away; then each stays, from the one that matters most, unless the newcomer has no room
    /// beside it.
    /// </summary>
    /// <param name="candidates">What may go, the one that is kept first in front.</param>
    /// <param name="fits">Whether there is room when these are gone.</param>
    /// <returns>Null where even all of them would not do.</returns>
    public static IReadOnlyList<V1Pod>? Choose(IReadOnlyList<V1Pod> candidates, Func<IReadOnlyCollection<V1Pod>, bool> fits)
    {
        var victims = candidates.ToHashSet();
        if (!fits(victims))
        {
            return null;
        }

        foreach (var spared in candidates)
        {
            victims.Remove(spared);
            if (!fits(victims))
            {
                victims.Add(spared);
            }
        }

        return [.. candidates.Where(victims.Contains)];
    }

    /// <summary>For the scheduler: pods of less priority; among equals the one that began first is kept first.</summary>
    public static IReadOnlyList<V1Pod> Lesser(V1Pod pod, NodeState state) =>
    [
        .. state.Pods.Where(other => PriorityOf(other.Spec) < PriorityOf(pod.Spec))
            .OrderByDescending(other => PriorityOf(other.Spec))
            .ThenBy(other => other.Status?.StartTime ?? DateTime.MaxValue),
    ];

    /// <summary>For the kubelet, when a pod that the machine cannot do without finds no room: by quality of service, then by priority.</summary>
    public static IReadOnlyList<V1Pod> Dispensable(V1Pod pod, IEnumerable<V1Pod> others) =>
    [
        .. others.Where(other => !IsCritical(other) || PriorityOf(other.Spec) < PriorityOf(pod.Spec))
            .OrderByDescending(other => Status.QosClass.Of(other.Spec) switch { "Guaranteed" => 2, "Burstable" => 1, _ => 0 })
            .ThenByDescending(other => PriorityOf(other.Spec)),
    ];

    /// <summary>A static pod, or one of the system's priorities.</summary>
    public static bool IsCritical(V1Pod pod)
    {
        const int system = 2_000_000_000;
        return StaticPods.StaticPod.IsOne(pod) || PriorityOf(pod.Spec) >= system;
    }
}
