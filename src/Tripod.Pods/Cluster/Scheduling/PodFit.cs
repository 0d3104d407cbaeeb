using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Starting;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Pods.Cluster.Scheduling;

/// <summary>Whether a node takes a pod, but for its volumes: Kubernetes' filters in their order; the first that refuses says why. Pure.</summary>
internal static class PodFit
{
    public static Misfit? Find(V1Pod pod, NodeState state)
    {
        if (state.Node is not { } node)
        {
            return null;
        }

        return (NodeFit.Misfit(pod.Spec, node) is { } why ? Misfit.Lasting(why) : null)
            ?? Ports(pod.Spec, state.Specs)
            ?? Resources(pod.Spec, node, state.Requests)
            ?? SpreadFit.Find(pod, state)
            ?? PodAffinityFit.Find(pod, state);
    }

    public static bool HasPortConflict(V1PodSpec pod, IEnumerable<V1PodSpec> others)
    {
        var taken = others.SelectMany(SandboxConfigs.HostPorts).ToList();
        return SandboxConfigs.HostPorts(pod).Any(port => taken.Exists(other => Clash(port, other)));
    }

    private static Misfit? Ports(V1PodSpec pod, IReadOnlyList<V1PodSpec> others) =>
        HasPortConflict(pod, others) ? Misfit.Clearable("node(s) didn't have free ports for the requested pod ports") : null;

    private static Misfit? Resources(V1PodSpec pod, V1Node node, IReadOnlyList<Dictionary<string, decimal>> others)
    {
        var lacks = ResourceFit.Find(pod, others, ResourceFit.Amounts(node.Status?.Allocatable));
        return lacks.Count == 0 ? null : new([.. lacks.Select(lack => lack.Insufficient)], lacks.All(lack => lack.Requested <= lack.Capacity));
    }

    private static bool Clash(PortMapping one, PortMapping other) =>
        one.Protocol == other.Protocol && one.HostPort == other.HostPort
        && (IsAny(one.HostIp) || IsAny(other.HostIp) || one.HostIp == other.HostIp);

    private static bool IsAny(string ip) => ip is "" or "0.0.0.0" or "::";
}
