using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Ending;

/// <summary>
/// Ends all containers of a pod, then its sandboxes. App containers end side by side; sidecars after them, the last to be
/// started first (Kubernetes: Termination with sidecars). Called by the worker's actions.
/// </summary>
internal sealed class TerminatePod(PodParts parts)
{
    public async Task RunAsync(PodView pod, GracePeriod grace, CancellationToken cancel)
    {
        var running = PodObservation.ContainersOf(pod.Uid, parts.Runtime).Where(container => container.State == ContainerState.Running).ToList();
        var sidecars = pod.Containers.Where(container => container.Role == ContainerRole.Sidecar).ToDictionary(container => container.Name);
        var stop = new StopPodContainer(parts);
        var ended = Task.WhenAll(running
            .Where(container => !sidecars.ContainsKey(container.Config.Name))
            .Select(container => stop.RunAsync(pod, Find(pod, container), container, Message(container), grace, Task.CompletedTask, cancel)));
        var all = new List<Task> { ended };
        foreach (var sidecar in sidecars.Values.Reverse().SelectMany(sidecar => running.Where(container => container.Config.Name == sidecar.Name)))
        {
            ended = stop.RunAsync(pod, Find(pod, sidecar), sidecar, Message(sidecar), grace, ended, cancel);
            all.Add(ended);
        }

        await Task.WhenAll(all).ConfigureAwait(false);
        foreach (var sandbox in PodObservation.SandboxesOf(pod.Uid, parts.Runtime).ToList())
        {
            await parts.Runtime.StopPodSandbox(sandbox.Id, cancel).ConfigureAwait(false);
        }
    }

    private static PodContainer? Find(PodView pod, ContainerStatus container) => pod.Containers.FirstOrDefault(found => found.Name == container.Config.Name);

    private static string Message(ContainerStatus container) => $"Stopping container {container.Config.Name}";
}
