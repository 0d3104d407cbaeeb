using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Status;

/// <summary>A pod's phase from the states of its containers, for every mix of them (Kubernetes: Pod Lifecycle, Pod phase).</summary>
internal static class PodPhase
{
    public static string Of(PodObservation seen, DateTimeOffset now)
    {
        if (seen.Pod.IsTerminal)
        {
            return seen.Pod.Object.Status.Phase;
        }

        var runs = !seen.Memory.Starting.IsEmpty || seen.Pod.Containers.Any(container => container.Role != ContainerRole.Ephemeral && seen.IsRunning(container.Name));
        if (!runs && PodEnd.Of(seen.Pod, now) is not null)
        {
            return "Failed";
        }

        if (!runs && (seen.Memory.Terminated || PodEnd.IsDone(seen)))
        {
            return seen.Pod.Apps.All(app => seen.Newest(app.Name) is { State: ContainerState.Exited, ExitCode: 0 }) ? "Succeeded" : "Failed";
        }

        var initializes = seen.Pod.Inits.Any(init => init.Role == ContainerRole.Init && seen.IsRunning(init.Name));
        return !initializes && seen.Pod.Apps.All(seen.HasBegun) ? "Running" : "Pending";
    }
}
