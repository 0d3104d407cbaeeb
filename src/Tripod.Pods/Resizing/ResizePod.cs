using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Runtime;

namespace Tripod.Pods.Resizing;

/// <summary>Carries a granted resize out: writes the limits of the pod's cgroup and its containers' while they run. Called by the worker's actions.</summary>
internal sealed class ResizePod(PodParts parts)
{
    /// <returns>Null where all is written; else what went wrong, already told in an event.</returns>
    public async Task<string?> RunAsync(PodObservation seen, CancellationToken cancel)
    {
        var sandbox = seen.ReadySandbox!;
        var due = DueResize.Of(seen);
        try
        {
            if (TooSmall(seen, sandbox.Id, due) is { Length: > 0 } refusal)
            {
                return Failed(seen, refusal);
            }

            foreach (var write in due.Writes)
            {
                await (write.ContainerId is { } id
                    ? parts.Runtime.UpdateContainerResources(id, write.Limits, cancel)
                    : parts.Runtime.UpdatePodSandboxResources(sandbox.Id, write.Limits, cancel)).ConfigureAwait(false);
            }

            return null;
        }
        catch (RuntimeException failure)
        {
            return Failed(seen, failure.Message);
        }
    }

    /// <summary>The kernel would refuse it (v1) or kill for it (v2).</summary>
    private string TooSmall(PodObservation seen, string sandboxId, DueResize due)
    {
        var problems = new List<string>();
        foreach (var one in due.Containers.Where(one => ResizeWrites.IsMore(one.Has.MemoryLimit, one.Wanted.MemoryLimit)))
        {
            if (parts.Runtime.ContainerUsage(one.ContainerId)?.Memory is { } used && used >= one.Wanted.MemoryLimit)
            {
                var name = seen.Containers.SelectMany(runs => runs).First(run => run.Id == one.ContainerId).Config.Name;
                problems.Add($"attempting to set container \"{name}\" memory limit ({one.Wanted.MemoryLimit}) below current usage ({used})");
            }
        }

        if (ResizeWrites.IsMore(due.PodHas.MemoryLimit, due.PodWanted.MemoryLimit) && parts.Runtime.SandboxUsage(sandboxId)?.Memory is { } all && all >= due.PodWanted.MemoryLimit)
        {
            problems.Add($"attempting to set pod memory limit ({due.PodWanted.MemoryLimit}) below current usage ({all})");
        }

        return problems.Count > 1 ? $"[{string.Join(", ", problems)}]" : string.Concat(problems);
    }

    private string Failed(PodObservation seen, string why)
    {
        // Usage moves all the time: the event is told once for a generation, the condition shows the newest figure.
        if (seen.Memory.Resizing is null)
        {
            var generation = seen.ResizeBegun ?? seen.Pod.Object.Metadata.Generation ?? 1;
            parts.Events.Warning(EventTarget.Of(seen.Pod), "ResizeError", ResizeMessages.Of("Pod resize error", seen.Pod.Spec, generation, why));
        }

        return why;
    }
}
