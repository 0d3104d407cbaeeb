using Tripod.Pods.Planning;
using Tripod.Pods.Starting;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Resizing;

/// <summary>How what a pod has been granted differs from what its cgroups have. Pure.</summary>
internal static class ResizeState
{
    /// <summary>Containers that run with other limits than they were granted.</summary>
    public static IEnumerable<(PodContainer Container, ContainerStatus Run, LinuxResources Wanted)> Differing(PodObservation seen)
    {
        foreach (var container in seen.Pod.Containers.Where(container => container.RunsOn))
        {
            if (seen.Newest(container.Name) is { State: ContainerState.Running } run
                && Resources.Of(seen.Pod.Spec, container, seen.MachineMemory) is var wanted && !Same(run.Config.Resources, wanted))
            {
                yield return (container, run, wanted);
            }
        }
    }

    /// <summary>Its resize policy wants it to be started anew for what has changed (KEP-1287); an unnamed resource is changed in place.</summary>
    public static bool NeedsRestart(PodContainer container, LinuxResources has, LinuxResources wanted) => (container.Spec.ResizePolicy ?? []).Any(policy => policy.RestartPolicy == "RestartContainer" && policy.ResourceName switch
    {
        "cpu" => has.CpuShares != wanted.CpuShares || has.CpuQuota != wanted.CpuQuota,
        "memory" => has.MemoryLimit != wanted.MemoryLimit || has.MemoryRequest != wanted.MemoryRequest,
        _ => false,
    });

    /// <summary>What the pod's own cgroup shall have; null as long as it stands so.</summary>
    public static LinuxResources? DifferingPod(PodObservation seen) =>
        seen.ReadySandbox is { } sandbox && Resources.OfPod(seen.Pod.Spec, seen.PidsLimit) is var wanted && (sandbox.Config.PodLimits is not { } has || !SamePod(has, wanted)) ? wanted : null;

    /// <summary>Something granted is not carried out yet.</summary>
    public static bool IsUnderWay(PodObservation seen) => Differing(seen).Any() || DifferingPod(seen) is not null;

    private static bool Same(LinuxResources one, LinuxResources other) =>
        one.CpuShares == other.CpuShares && one.CpuQuota == other.CpuQuota && one.MemoryLimit == other.MemoryLimit && one.MemoryRequest == other.MemoryRequest;

    private static bool SamePod(LinuxResources one, LinuxResources other) => Same(one, other) && one.PidsLimit == other.PidsLimit;
}
