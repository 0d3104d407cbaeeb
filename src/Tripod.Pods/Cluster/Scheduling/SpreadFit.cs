using k8s.Models;

namespace Tripod.Pods.Cluster.Scheduling;

/// <summary>
/// How evenly pods must be spread (Kubernetes: Pod Topology Spread Constraints). Where one node is the only domain, it is
/// the emptiest too: only a constraint that asks for more domains than one can be broken. Pure.
/// </summary>
internal static class SpreadFit
{
    private const string Broken = "node(s) didn't match pod topology spread constraints";

    public static Misfit? Find(V1Pod pod, NodeState state)
    {
        var constraints = (pod.Spec.TopologySpreadConstraints ?? []).Where(constraint => constraint.WhenUnsatisfiable == "DoNotSchedule").ToList();
        return !constraints.TrueForAll(constraint => state.HasLabel(constraint.TopologyKey)) ? Misfit.Lasting($"{Broken} (missing required label)")
            : constraints.Exists(constraint => Skew(constraint, pod, state) > constraint.MaxSkew) ? Misfit.Clearable(Broken)
            : null;
    }

    private static int Skew(V1TopologySpreadConstraint constraint, V1Pod pod, NodeState state)
    {
        var here = state.Pods.Count(other => other.Metadata.DeletionTimestamp is null && other.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty && Counts(constraint, pod, other));
        var least = constraint.MinDomains > 1 ? 0 : here;
        return here + (Counts(constraint, pod, pod) ? 1 : 0) - least;
    }

    private static bool Counts(V1TopologySpreadConstraint constraint, V1Pod owner, V1Pod other) =>
        PodSelector.Matches(constraint.LabelSelector, other.Metadata.Labels) && PodSelector.SharesLabels(constraint.MatchLabelKeys, owner, other.Metadata.Labels);
}
