using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Status;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Starting;

/// <summary>A container's or a pod's requests and limits as the kernel's: shares, quota, bytes, and who is killed first. Pure.</summary>
internal static class Resources
{
    private const long Period = 100_000, LeastShares = 2, MostShares = 262_144, LeastQuota = 1_000;
    private const decimal MostCores = 1_000_000;
    private const int Guaranteed = -997, BestEffort = 1000, NodeCritical = 2_000_001_000;
    private const string HugePages = "hugepages-";

    public static LinuxResources Of(V1PodSpec pod, PodContainer container, long machineMemory)
    {
        var (requests, limits) = (container.Spec.Resources?.Requests, container.Spec.Resources?.Limits);

        // A container without a limit of its own may have what the whole pod may.
        var cpuLimit = QosClass.Of(limits, "cpu") ?? QosClass.Of(pod.Resources?.Limits, "cpu");
        var memoryLimit = QosClass.Of(limits, "memory") ?? QosClass.Of(pod.Resources?.Limits, "memory");
        var cpuRequest = QosClass.Of(requests, "cpu") ?? (requests?.ContainsKey("cpu") == true ? null : cpuLimit);
        return new()
        {
            CpuShares = Shares(cpuRequest),
            CpuPeriod = cpuLimit is null ? 0 : Period,
            CpuQuota = Quota(cpuLimit),
            MemoryLimit = Bytes(memoryLimit ?? 0),
            MemoryRequest = Bytes(QosClass.Of(requests, "memory") ?? 0),
            HugepageLimits = Pages(limits),
            OomScoreAdj = OomScore(pod, container, machineMemory),
        };
    }

    /// <summary>Of the cgroup that holds all of a pod: what its containers ask for together, and limits where each has one or the pod has.</summary>
    /// <param name="pidsLimit">Processes of one pod; 0 or less: as many as the machine has.</param>
    public static LinuxResources OfPod(V1PodSpec pod, long pidsLimit)
    {
        var (requests, limits) = (PodRequests.Of(pod), PodRequests.Limits(pod));
        var isBestEffort = QosClass.Of(pod) == "BestEffort";
        var cpu = !isBestEffort && PodRequests.IsLimited(pod, "cpu") ? limits.GetValueOrDefault("cpu") : (decimal?)null;
        return new()
        {
            CpuShares = isBestEffort ? LeastShares : Shares(requests.GetValueOrDefault("cpu")),
            CpuPeriod = cpu is null ? 0 : Period,
            CpuQuota = Quota(cpu),
            MemoryLimit = !isBestEffort && PodRequests.IsLimited(pod, "memory") ? Bytes(limits.GetValueOrDefault("memory")) : 0,
            MemoryRequest = Bytes(requests.GetValueOrDefault("memory")),
            PidsLimit = Math.Max(0, pidsLimit),
            HugepageLimits = requests.Where(amount => amount.Key.StartsWith(HugePages, StringComparison.Ordinal)).ToDictionary(amount => PageSize(amount.Key), amount => (ulong)Bytes(amount.Value)),
        };
    }

    public static long Shares(decimal? cores) => Math.Clamp((long)(Math.Min(cores ?? 0, MostCores) * 1024), LeastShares, MostShares);

    private static long Quota(decimal? cores) => cores is > 0 and { } limit ? Math.Max(LeastQuota, (long)(Math.Min(limit, MostCores) * Period)) : 0;

    private static long Bytes(decimal amount) => (long)Math.Min(amount, long.MaxValue);

    private static Dictionary<string, ulong> Pages(IDictionary<string, ResourceQuantity>? limits) =>
        (limits ?? new Dictionary<string, ResourceQuantity>()).Where(limit => limit.Key.StartsWith(HugePages, StringComparison.Ordinal)).ToDictionary(limit => PageSize(limit.Key), limit => (ulong)Bytes(limit.Value.ToDecimal()));

    /// <summary>The API's <c>hugepages-2Mi</c> is the kernel's <c>2MB</c>.</summary>
    private static string PageSize(string resource) => $"{resource[HugePages.Length..].TrimEnd('i')}B";

    /// <summary>-997 for Guaranteed and for what the node cannot do without, 1000 for BestEffort; between them the less the more memory was asked for (Kubernetes: Node out of memory behavior).</summary>
    private static int OomScore(V1PodSpec pod, PodContainer container, long machineMemory)
    {
        if (pod.Priority >= NodeCritical)
        {
            return Guaranteed;
        }

        switch (QosClass.Of(pod))
        {
            case "Guaranteed":
                return Guaranteed;
            case "BestEffort":
                return BestEffort;
        }

        var containers = pod.Containers.Concat(pod.InitContainers ?? []).ToList();

        // What the pod as a whole asks for beyond its containers counts for each of them alike.
        var left = QosClass.Of(pod.Resources?.Requests, "memory") is { } all
            ? Math.Max(0, all - containers.Sum(one => QosClass.Of(one.Resources?.Requests, "memory") ?? 0)) / containers.Count
            : 0;
        var score = Score(container.Spec);
        if (container.Role == ContainerRole.Sidecar && pod.Containers.Count > 0)
        {
            // It is needed as long as any of those that it serves.
            score = Math.Min(score, pod.Containers.Max(Score));
        }

        return (int)Math.Clamp(score, 1000 + Guaranteed, BestEffort - 1);

        long Score(V1Container one) => 1000 - (long)(1000 * ((QosClass.Of(one.Resources?.Requests, "memory") ?? QosClass.Of(one.Resources?.Limits, "memory") ?? 0) + left) / machineMemory);
    }
}
