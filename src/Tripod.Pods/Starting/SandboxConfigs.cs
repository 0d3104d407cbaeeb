using k8s.Models;
using Tripod.Pods.Status;
using Tripod.Runtime.Sandboxes;
using Tripod.Runtime.Users;

namespace Tripod.Pods.Starting;

/// <summary>What the runtime is asked for, for a pod's sandbox.</summary>
internal static class SandboxConfigs
{
    public static SandboxConfig Of(PodView pod, int attempt, string logRoot, string runtimeHandler, long pidsLimit, UserMappings? users = null) => new()
    {
        Name = pod.Name,
        Namespace = pod.Namespace,
        Uid = pod.Uid,
        Attempt = attempt,
        Hostname = pod.Spec.HostNetwork == true ? "" : PodHostname.Of(pod).Kernel,
        LogDirectory = LogDirectory(logRoot, pod),
        Dns = Dns(pod.Spec),
        Ports = pod.Spec.HostNetwork == true ? [] : [.. HostPorts(pod.Spec)],
        Labels = ContainerConfigs.LabelsOf(pod, container: null),
        HostNetwork = pod.Spec.HostNetwork ?? false,
        HostPid = pod.Spec.HostPID ?? false,
        HostIpc = pod.Spec.HostIPC ?? false,
        SharePid = pod.Spec.ShareProcessNamespace ?? false,
        Users = users,
        CgroupParent = QosClass.Of(pod.Spec) is "Guaranteed" ? $"kubepods/pod{pod.Uid}" : $"kubepods/{QosClass.Of(pod.Spec).ToLowerInvariant()}/pod{pod.Uid}",
        PodLimits = Resources.OfPod(pod.Spec, pidsLimit),
        RuntimeHandler = runtimeHandler,
        Sysctls = (pod.Spec.SecurityContext?.Sysctls ?? []).ToDictionary(sysctl => sysctl.Name, sysctl => sysctl.Value),
    };

    public static string LogDirectory(string logRoot, PodView pod) => Path.Combine(logRoot, $"{pod.Namespace}_{pod.Name}_{pod.Uid}");

    public static IEnumerable<PortMapping> HostPorts(V1PodSpec spec) =>
        spec.Containers.Concat(spec.InitContainers ?? [])
            .SelectMany(container => container.Ports ?? [])
            .Where(port => port.HostPort is > 0)
            .Select(port => new PortMapping((port.Protocol ?? "TCP").ToLowerInvariant(), port.HostPort!.Value, port.ContainerPort, port.HostIP ?? ""));

    private static DnsConfig? Dns(V1PodSpec spec)
    {
        var source = spec.DnsPolicy switch
        {
            "Default" => DnsSource.Host,
            "ClusterFirstWithHostNet" => DnsSource.Engine,
            _ => DnsSource.Automatic,
        };
        var own = spec.DnsConfig;
        return own is null && spec.DnsPolicy != "None" && source == DnsSource.Automatic
            ? null
            : new([.. own?.Nameservers ?? []], [.. own?.Searches ?? []], [.. (own?.Options ?? []).Select(option => option.Value is { Length: > 0 } value ? $"{option.Name}:{value}" : option.Name)])
            {
                AddsToHost = spec.DnsPolicy != "None",
                Source = source,
            };
    }
}
