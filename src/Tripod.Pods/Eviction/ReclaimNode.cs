using Tripod.Pods.Planning;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Eviction;

/// <summary>Makes room without touching a pod that runs: ended containers of pods that are over, then images that nothing uses. Called by the eviction loop before it evicts.</summary>
internal sealed class ReclaimNode(PodParts parts, ImageCollector images)
{
    public async Task RunAsync(IEnumerable<PodWorker> workers, CancellationToken cancel)
    {
        foreach (var over in workers.Where(worker => worker.Pod.IsTerminal))
        {
            foreach (var container in PodObservation.ContainersOf(over.Uid, parts.Runtime).Where(container => container.State == ContainerState.Exited).ToList())
            {
                await parts.Runtime.RemoveContainer(container.Id, cancel).ConfigureAwait(false);
            }
        }

        await images.CollectAllAsync(cancel).ConfigureAwait(false);
    }
}
