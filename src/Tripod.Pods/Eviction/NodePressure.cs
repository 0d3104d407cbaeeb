using k8s.Models;
using Tripod.Pods.Status;

namespace Tripod.Pods.Eviction;

/// <summary>Which pressures this machine is under now. The eviction loop writes it; the node's report and the admission of pods read it.</summary>
internal sealed class NodePressure
{
    private volatile IReadOnlyList<string> conditions = [];

    /// <summary>Those that hold, in the order of their names.</summary>
    public IReadOnlyList<string> Conditions => conditions;

    /// <returns>Whether anything changed.</returns>
    public bool Set(IReadOnlyList<string> now)
    {
        var changed = !now.SequenceEqual(conditions);
        conditions = now;
        return changed;
    }

    /// <summary>Under memory pressure pods without requests are not taken, under any other none but critical ones.</summary>
    /// <returns>Reason and message; null where it is taken.</returns>
    public (string Reason, string Message)? Refuse(PodView pod)
    {
        var now = conditions;
        if (now.Count == 0 || EvictionRank.IsCritical(pod.Object))
        {
            return null;
        }

        return now is [Signal.MemoryPressure] && (QosClass.Of(pod.Spec) != "BestEffort" || Tolerates(pod.Spec))
            ? null
            : (Planning.PodEnd.Evicted, EvictionWords.Condition(now));
    }

    private static bool Tolerates(V1PodSpec pod) => (pod.Tolerations ?? []).Any(toleration =>
        toleration.Effect is null or "" or "NoSchedule"
        && (string.IsNullOrEmpty(toleration.Key) || toleration.Key == PressureTaints.Memory)
        && (toleration.OperatorProperty == "Exists" || (toleration.Key == PressureTaints.Memory && string.IsNullOrEmpty(toleration.Value))));
}
