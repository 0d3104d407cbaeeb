using Tripod.Runtime.Containers;

namespace Tripod.Pods.Resizing;

/// <summary>One write of limits: of the pod's own cgroup, or of one container's.</summary>
/// <param name="ContainerId">Null: the pod's own.</param>
internal sealed record ResizeWrite(string? ContainerId, LinuxResources Limits);

/// <param name="Has">What it has now.</param>
/// <param name="Wanted">What it shall have.</param>
internal sealed record Resized(string ContainerId, LinuxResources Has, LinuxResources Wanted);

/// <summary>
/// In which order the limits of a pod and its containers are written, so that at no moment a container may have more than
/// its pod. Pure; the kubelet's order.
/// </summary>
/// <remarks>
/// memory, then cpu:   pod's limit up ── pod's shares up ── containers, those that shrink first ── pod's shares down ── pod's limit down
/// </remarks>
internal static class ResizeWrites
{
    /// <param name="pod">What the pod's own cgroup has.</param>
    /// <param name="wanted">What it shall have.</param>
    public static IReadOnlyList<ResizeWrite> Of(LinuxResources pod, LinuxResources wanted, IReadOnlyList<Resized> containers)
    {
        var writes = new List<ResizeWrite>();
        var state = containers.ToDictionary(container => container.ContainerId, container => container.Has);

        Pod(IsMore(wanted.MemoryLimit, pod.MemoryLimit), pod with { MemoryLimit = wanted.MemoryLimit, MemoryRequest = wanted.MemoryRequest, PidsLimit = wanted.PidsLimit, HugepageLimits = wanted.HugepageLimits });
        foreach (var one in containers.Where(one => one.Has.MemoryLimit != one.Wanted.MemoryLimit || one.Has.MemoryRequest != one.Wanted.MemoryRequest).OrderBy(one => IsMore(one.Wanted.MemoryLimit, one.Has.MemoryLimit)))
        {
            Container(one, state[one.ContainerId] with { MemoryLimit = one.Wanted.MemoryLimit, MemoryRequest = one.Wanted.MemoryRequest, OomScoreAdj = one.Wanted.OomScoreAdj });
        }

        Pod(pod.MemoryLimit != wanted.MemoryLimit || pod.MemoryRequest != wanted.MemoryRequest || pod.PidsLimit != wanted.PidsLimit, pod with { MemoryLimit = wanted.MemoryLimit, MemoryRequest = wanted.MemoryRequest, PidsLimit = wanted.PidsLimit, HugepageLimits = wanted.HugepageLimits });
        Pod(IsMore(wanted.CpuQuota, pod.CpuQuota), pod with { CpuQuota = wanted.CpuQuota, CpuPeriod = wanted.CpuPeriod });
        Pod(wanted.CpuShares > pod.CpuShares, pod with { CpuShares = wanted.CpuShares });
        foreach (var one in containers.Where(one => one.Has.CpuShares != one.Wanted.CpuShares || one.Has.CpuQuota != one.Wanted.CpuQuota).OrderBy(one => IsMore(one.Wanted.CpuQuota, one.Has.CpuQuota) || one.Wanted.CpuShares > one.Has.CpuShares))
        {
            Container(one, state[one.ContainerId] with { CpuShares = one.Wanted.CpuShares, CpuQuota = one.Wanted.CpuQuota, CpuPeriod = one.Wanted.CpuPeriod });
        }

        Pod(pod.CpuShares != wanted.CpuShares, pod with { CpuShares = wanted.CpuShares });
        Pod(pod.CpuQuota != wanted.CpuQuota, pod with { CpuQuota = wanted.CpuQuota, CpuPeriod = wanted.CpuPeriod });
        return writes;

        void Pod(bool due, LinuxResources limits)
        {
            if (due)
            {
                writes.Add(new(null, pod = limits));
            }
        }

        void Container(Resized one, LinuxResources limits) => writes.Add(new(one.ContainerId, state[one.ContainerId] = limits));
    }

    /// <summary>Whether a limit allows more than another; 0 is none at all.</summary>
    public static bool IsMore(long limit, long other) => other > 0 && (limit <= 0 || limit > other);
}
