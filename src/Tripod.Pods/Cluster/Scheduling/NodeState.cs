using k8s.Models;
using Tripod.Pods.Capacity;

namespace Tripod.Pods.Cluster.Scheduling;

/// <summary>What the scheduler looks at when it places a pod.</summary>
/// <param name="Node">Null where it has been deleted and is not back yet.</param>
/// <param name="Pods">Bound to it and not over.</param>
/// <param name="Reserved">Not bound, but others have made room for them, and they matter at least as much as the pod that is placed.</param>
/// <param name="NamespaceLabels">Of each namespace.</param>
internal sealed record NodeState(V1Node? Node, IReadOnlyList<V1Pod> Pods, IReadOnlyList<V1PodSpec> Reserved, IReadOnlyDictionary<string, IDictionary<string, string>> NamespaceLabels)
{
    /// <summary>What each takes of the node's resources.</summary>
    public IReadOnlyList<Dictionary<string, decimal>> Requests => [.. Pods.Select(PodRequests.Reserved), .. Reserved.Select(PodRequests.Of)];

    /// <summary>What takes ports.</summary>
    public IReadOnlyList<V1PodSpec> Specs => [.. Pods.Select(pod => pod.Spec), .. Reserved];

    public bool HasLabel(string key) => Node?.Metadata.Labels?.ContainsKey(key) == true;

    public NodeState Without(IReadOnlyCollection<V1Pod> gone) => this with { Pods = [.. Pods.Where(pod => !gone.Contains(pod))] };
}

/// <summary>Why a node does not take a pod, in the scheduler's words.</summary>
/// <param name="Reasons">At least one.</param>
/// <param name="MayBeCleared">Whether fewer pods on the node could change it.</param>
internal sealed record Misfit(IReadOnlyList<string> Reasons, bool MayBeCleared)
{
    public static Misfit Lasting(string reason) => new([reason], false);

    public static Misfit Clearable(string reason) => new([reason], true);
}
