using k8s.Models;
using Tripod.Pods.Cluster;

namespace Tripod.Pods.Capacity;

/// <summary>What the kubelet looks at before it takes a pod that is bound to its node: what it refuses ends as Failed. Pure but for what the machine says of itself.</summary>
internal static class NodeAdmission
{
    /// <summary>Sysctls that have a namespace of their own and harm nobody else (Kubernetes: Safe and Unsafe Sysctls).</summary>
    private static readonly string[] SafeSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    /// <param name="node">Null where it has been deleted and is not back yet.</param>
    /// <param name="others">On this node, not over.</param>
    /// <param name="allowedSysctls">Unsafe ones that the configuration allows; a <c>*</c> at the end stands for any.</param>
    /// <returns>Reason and message of the pod's status; null where it is taken.</returns>
    public static (string Reason, string Message)? Refuse(V1PodSpec pod, V1Node? node, IReadOnlyList<V1PodSpec> others, IReadOnlyList<string> allowedSysctls)
    {
        if (pod.Os is { Name: not "linux" })
        {
            return ("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
        }

        if (pod.Containers.Concat(pod.InitContainers ?? []).Select(container => container.SecurityContext?.WindowsOptions).Append(pod.SecurityContext?.WindowsOptions).Any(options => options is not null))
        {
            return ("PodFeatureUnsupported", "Failed to admit pod: windowsOptions cannot be honoured on a linux node; take them out of the pod, or run it on a Windows node");
        }

        if ((pod.SecurityContext?.Sysctls ?? []).Select(sysctl => sysctl.Name.Replace('/', '.')).FirstOrDefault(name => !IsAllowed(name, allowedSysctls)) is { } sysctl)
        {
            return ("SysctlForbidden", $"forbidden sysctl: \"{sysctl}\" not allowlisted");
        }

        if (HostSecurity.Lacks(pod) is { } lack)
        {
            return lack;
        }

        if (node is null)
        {
            return null;
        }

        if (NodeFit.IsSelected(pod, node) is false)
        {
            return ("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
        }

        if (NodeFit.MayStay(pod, node.Spec?.Taints ?? []) == TimeSpan.Zero)
        {
            return ("TaintToleration", "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate");
        }

        if (Cluster.Scheduling.PodFit.HasPortConflict(pod, others))
        {
            return ("NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports");
        }

        return ResourceFit.Find(pod, [.. others.Select(PodRequests.Of)], ResourceFit.Amounts(node.Status?.Allocatable)) is [var first, ..] ? ($"OutOf{first.Resource}", first.Message) : null;
    }

    private static bool IsAllowed(string name, IReadOnlyList<string> allowed) =>
        SafeSysctls.Contains(name) || allowed.Any(pattern => pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern);
}
