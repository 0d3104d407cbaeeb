using System.Globalization;
using k8s.Models;

namespace Tripod.Pods.Cluster;

/// <summary>Whether a node takes a pod, by what both say of themselves: cordon, taints, labels. Pure; in the order of Kubernetes' filters.</summary>
internal static class NodeFit
{
    private const string NoSchedule = "NoSchedule", NoExecute = "NoExecute", Cordoned = "node.kubernetes.io/unschedulable";

    /// <returns>Null where it fits; else why not, in the scheduler's words.</returns>
    public static string? Misfit(V1PodSpec pod, V1Node node)
    {
        if (node.Spec?.Unschedulable == true && !IsTolerated(pod, new V1Taint { Key = Cordoned, Effect = NoSchedule }))
        {
            return "node(s) were unschedulable";
        }

        if ((node.Spec?.Taints ?? []).Any(taint => taint.Effect is NoSchedule or NoExecute && !IsTolerated(pod, taint)))
        {
            return "node(s) had untolerated taint(s)";
        }

        return IsSelected(pod, node) ? null : "node(s) didn't match Pod's node affinity/selector";
    }

    /// <summary>How long a pod may stay on a node with these taints: null for ever, zero not at all (Kubernetes: taint-based evictions).</summary>
    public static TimeSpan? MayStay(V1PodSpec pod, IEnumerable<V1Taint> taints)
    {
        TimeSpan? least = null;
        foreach (var taint in taints.Where(taint => taint.Effect == NoExecute))
        {
            var seconds = (pod.Tolerations ?? []).Where(toleration => Tolerates(toleration, taint)).Select(toleration => toleration.TolerationSeconds ?? long.MaxValue).ToList();
            if (seconds.Count == 0)
            {
                return TimeSpan.Zero;
            }

            if (seconds.Min() is var most and not long.MaxValue && TimeSpan.FromSeconds(Math.Clamp(most, 0, int.MaxValue)) is var time && !(least <= time))
            {
                least = time;
            }
        }

        return least;
    }

    private static bool IsTolerated(V1PodSpec pod, V1Taint taint) => (pod.Tolerations ?? []).Any(toleration => Tolerates(toleration, taint));

    private static bool Tolerates(V1Toleration toleration, V1Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) || toleration.Key == taint.Key)
        && toleration.OperatorProperty switch
        {
            "Exists" => true,
            "Gt" => Compare(taint.Value, toleration.Value) > 0,
            "Lt" => Compare(taint.Value, toleration.Value) < 0,
            _ => !string.IsNullOrEmpty(toleration.Key) && (toleration.Value ?? "") == (taint.Value ?? ""),
        };

    internal static bool IsSelected(V1PodSpec pod, V1Node node) =>
        (pod.NodeSelector ?? new Dictionary<string, string>()).All(wanted => node.Metadata.Labels?.TryGetValue(wanted.Key, out var value) == true && value == wanted.Value)
        && (pod.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required || Matches(required, node));

    /// <summary>The terms are alternatives; an empty one selects nothing.</summary>
    internal static bool Matches(V1NodeSelector selector, V1Node node)
    {
        var labels = node.Metadata.Labels ?? new Dictionary<string, string>();
        var fields = new Dictionary<string, string> { ["metadata.name"] = node.Metadata.Name };
        return (selector.NodeSelectorTerms ?? []).Any(term => (term.MatchExpressions?.Count ?? 0) + (term.MatchFields?.Count ?? 0) > 0
            && (term.MatchExpressions ?? []).All(wanted => Holds(wanted, labels))
            && (term.MatchFields ?? []).All(wanted => Holds(wanted, fields)));
    }

    private static bool Holds(V1NodeSelectorRequirement wanted, IDictionary<string, string> labels)
    {
        var value = labels.TryGetValue(wanted.Key, out var found) ? found : null;
        return wanted.OperatorProperty switch
        {
            "In" => value is not null && wanted.Values?.Contains(value) == true,
            "NotIn" => value is null || wanted.Values?.Contains(value) != true,
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Compare(value, wanted.Values is [var bound] ? bound : null) > 0,
            "Lt" => Compare(value, wanted.Values is [var bound] ? bound : null) < 0,
            _ => false,
        };
    }

    /// <summary>Null, which no order holds for, where either side is no whole number.</summary>
    private static int? Compare(string? value, string? bound) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(bound, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : null;
}
