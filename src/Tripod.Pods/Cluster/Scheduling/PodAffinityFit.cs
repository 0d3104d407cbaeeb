using k8s.Models;

namespace Tripod.Pods.Cluster.Scheduling;

/// <summary>Which pods a pod must or must not be with (Kubernetes: Inter-pod affinity and anti-affinity), where there is one node. Pure.</summary>
internal static class PodAffinityFit
{
    public static Misfit? Find(V1Pod pod, NodeState state) =>
        !HasCompany(pod, state) ? Misfit.Lasting("node(s) didn't match pod affinity rules")
        : Avoided(pod).Any(term => state.HasLabel(term.TopologyKey) && state.Pods.Any(other => Means(term, pod, other, state))) ? Misfit.Clearable("node(s) didn't match pod anti-affinity rules")
        : state.Pods.Any(other => Avoided(other).Any(term => state.HasLabel(term.TopologyKey) && Means(term, other, pod, state))) ? Misfit.Clearable("node(s) didn't satisfy existing pods anti-affinity rules")
        : null;

    /// <summary>One pod that all terms mean; the first of a group that is to be together is its own company.</summary>
    private static bool HasCompany(V1Pod pod, NodeState state)
    {
        var terms = pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        return terms.All(term => state.HasLabel(term.TopologyKey))
            && (terms.Count == 0 || state.Pods.Append(pod).Any(other => terms.All(term => Means(term, pod, other, state))));
    }

    private static IList<V1PodAffinityTerm> Avoided(V1Pod pod) => pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];

    private static bool Means(V1PodAffinityTerm term, V1Pod owner, V1Pod other, NodeState state)
    {
        var labels = other.Metadata.Labels;
        return IsInNamespace(term, owner, other.Metadata.NamespaceProperty, state)
            && PodSelector.Matches(term.LabelSelector, labels)
            && PodSelector.SharesLabels(term.MatchLabelKeys, owner, labels)
            && PodSelector.DiffersInLabels(term.MismatchLabelKeys, owner, labels);
    }

    private static bool IsInNamespace(V1PodAffinityTerm term, V1Pod owner, string space, NodeState state) =>
        term is { NamespaceSelector: null, Namespaces: null or { Count: 0 } } ? space == owner.Metadata.NamespaceProperty
        : term.Namespaces?.Contains(space) == true || PodSelector.Matches(term.NamespaceSelector, state.NamespaceLabels.GetValueOrDefault(space));
}
