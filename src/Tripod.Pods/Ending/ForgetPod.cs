using Tripod.Pods.Planning;
using Tripod.Pods.Starting;
using Tripod.Store;

namespace Tripod.Pods.Ending;

/// <summary>Takes away what is left of a pod of which nothing runs: sandboxes, volumes, logs, and last the object. Called by the worker's actions.</summary>
internal sealed class ForgetPod(PodParts parts)
{
    public async Task RunAsync(PodView pod, CancellationToken cancel)
    {
        foreach (var sandbox in PodObservation.SandboxesOf(pod.Uid, parts.Runtime).ToList())
        {
            await parts.Runtime.RemovePodSandbox(sandbox.Id, cancel).ConfigureAwait(false);
        }

        parts.Volumes.TearDown(pod.Uid);
        parts.Resizes.Forget(pod.Uid);
        parts.UserIds.Free(pod.Uid);
        if (SandboxConfigs.LogDirectory(parts.LogRoot, pod) is var logs && Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }

        // Finalizers hold the object back; whoever takes the last one away removes it.
        while (parts.Store.Get(pod.Key) is { } stored && new PodView(stored) is var last && last.Uid == pod.Uid && last.Object.Metadata.Finalizers is not { Count: > 0 })
        {
            try
            {
                parts.Store.Delete(pod.Key, stored.Revision);
            }
            catch (RevisionConflictException)
            {
                // Someone wrote in between: look at it again.
            }
        }
    }
}
