using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Status;

/// <summary>A pod's phase from the states of its containers, for every mix of them (Kubernetes: Pod Lifecycle, Pod phase).</summary>
internal static class PodPhase
{
    public static string Of(PodObservation seen)
    {
        if (seen.Pod.IsTerminal)
        {
            return seen.Pod.Object.Status.Phase;
        }

        if (seen.InitContainers.Any(container => seen.Newest(container.Name) is { State: ContainerState.Exited, ExitCode: not 0 } && !PodPlan.Restarts(seen, container.Name)))
        {
            return "Failed";
        }

        var containers = seen.Pod.Spec.Containers.Select(container => seen.Newest(container.Name)).ToList();
        if (containers.Exists(container => container is null or { State: ContainerState.Created }))
        {
            return containers.Exists(container => container is { State: ContainerState.Running }) && seen.Pod.Object.Status?.Phase == "Running" ? "Running" : "Pending";
        }

        if (containers.Exists(container => container!.State is ContainerState.Running) || !seen.Memory.Starting.IsEmpty)
        {
            return "Running";
        }

        if (!PodPlan.IsDone(seen))
        {
            return "Running";
        }

        return containers.TrueForAll(container => container!.ExitCode == 0) ? "Succeeded" : "Failed";
    }
}
