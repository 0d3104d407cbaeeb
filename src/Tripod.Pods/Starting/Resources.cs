using k8s.Models;
using Tripod.Pods.Status;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Starting;

/// <summary>A container's requests and limits as the kernel's: shares, quota, bytes, and who is killed first.</summary>
internal static class Resources
{
    private const long Period = 100_000, LeastShares = 2, LeastQuota = 1_000;

    public static LinuxResources Of(V1PodSpec pod, V1Container container, long machineMemory)
    {
        var cpuLimit = QosClass.Of(container.Resources?.Limits, "cpu");
        var cpuRequest = QosClass.Of(container.Resources?.Requests, "cpu") ?? cpuLimit;
        return new()
        {
            CpuShares = Math.Max(LeastShares, (long)((cpuRequest ?? 0) * 1024)),
            CpuPeriod = cpuLimit is null ? 0 : Period,
            CpuQuota = cpuLimit is { } cores ? Math.Max(LeastQuota, (long)(cores * Period)) : 0,
            MemoryLimit = (long)(QosClass.Of(container.Resources?.Limits, "memory") ?? 0),
            OomScoreAdj = OomScore(pod, container, machineMemory),
        };
    }

    /// <summary>-997 for Guaranteed, 1000 for BestEffort; between them the less the more memory was asked for (Kubernetes: Node out of memory behavior).</summary>
    private static int OomScore(V1PodSpec pod, V1Container container, long machineMemory)
    {
        var request = QosClass.Of(container.Resources?.Requests, "memory") ?? QosClass.Of(container.Resources?.Limits, "memory") ?? 0;
        return QosClass.Of(pod) switch
        {
            "Guaranteed" => -997,
            "BestEffort" => 1000,
            _ => (int)Math.Clamp(1000 - (1000 * request / machineMemory), 3, 999),
        };
    }
}
