using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Resizing;

/// <summary>What is to be written now so that a pod gets what it was granted. Pure.</summary>
/// <param name="PodHas">Limits of the pod's own cgroup.</param>
/// <param name="PodWanted">What they become by this.</param>
/// <param name="Containers">Those that change while they run.</param>
internal sealed record DueResize(LinuxResources PodHas, LinuxResources PodWanted, IReadOnlyList<Resized> Containers)
{
    public IReadOnlyList<ResizeWrite> Writes { get; } = ResizeWrites.Of(PodHas, PodWanted, Containers);

    public static DueResize Of(PodObservation seen)
    {
        var differing = ResizeState.Differing(seen).ToLookup(found => ResizeState.NeedsRestart(found.Container, found.Run.Config.Resources, found.Wanted));
        var has = seen.ReadySandbox?.Config.PodLimits ?? new();
        var wanted = ResizeState.DifferingPod(seen) ?? has;

        // A process that runs keeps the score that it was started with.
        var containers = differing[false].Select(found => new Resized(found.Run.Id, found.Run.Config.Resources, found.Wanted with { OomScoreAdj = found.Run.Config.Resources.OomScoreAdj }));

        // The pod's own cgroup shrinks when those have ended that are to be started anew for their new limits.
        return new(has, differing[true].Any() ? Most(has, wanted) : wanted, [.. containers]);
    }

    private static LinuxResources Most(LinuxResources one, LinuxResources other) => other with
    {
        MemoryLimit = ResizeWrites.IsMore(one.MemoryLimit, other.MemoryLimit) ? one.MemoryLimit : other.MemoryLimit,
        MemoryRequest = Math.Max(one.MemoryRequest, other.MemoryRequest),
        CpuShares = Math.Max(one.CpuShares, other.CpuShares),
        CpuQuota = ResizeWrites.IsMore(one.CpuQuota, other.CpuQuota) ? one.CpuQuota : other.CpuQuota,
        CpuPeriod = Math.Max(one.CpuPeriod, other.CpuPeriod),
    };
}
