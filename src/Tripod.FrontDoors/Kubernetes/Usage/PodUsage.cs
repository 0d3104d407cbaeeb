namespace Tripod.FrontDoors.Kubernetes.Usage;

/// <summary>One container of a pod that runs, with what it has used and uses now.</summary>
internal sealed record ContainerUsage(string Name, string Id, string Image, DateTimeOffset? StartedAt, UsageSample Sample, long NanoCores);

/// <summary>One pod that runs.</summary>
/// <param name="Pid">Pause's, by which its network is found.</param>
/// <param name="Containers">Those that run, pause apart.</param>
internal sealed record PodUsage(string Namespace, string Name, string Uid, DateTimeOffset StartedAt, int Pid, IReadOnlyList<ContainerUsage> Containers)
{
    public UsageSample Total(DateTimeOffset now) => UsageSample.Sum(now, Containers.Select(container => container.Sample));
}

/// <summary>All that runs at one moment.</summary>
/// <param name="Time">The moment.</param>
/// <param name="Window">Over which CPU was measured.</param>
/// <param name="Machine">The whole machine.</param>
/// <param name="MachineNanoCores">Its CPU.</param>
/// <param name="Pods">Of this API, in the order of their namespaces and names.</param>
internal sealed record UsageReport(DateTimeOffset Time, TimeSpan Window, UsageSample Machine, long MachineNanoCores, IReadOnlyList<PodUsage> Pods);
