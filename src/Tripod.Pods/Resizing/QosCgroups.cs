using Microsoft.Extensions.Logging;
using Tripod.Pods.Capacity;
using Tripod.Pods.Starting;
using Tripod.Pods.Status;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Resizing;

/// <summary>
/// Keeps the cgroups above the pods' own as a kubelet does: all pods together may have what the node has for them; the
/// Burstable share of the CPU is what they ask for together, BestEffort gets the least there is.
/// </summary>
internal sealed class QosCgroups(ContainerRuntime runtime, string root, PodResizes pods, ILogger log)
{
    private const string All = "kubepods";

    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    /// <summary>Pods have come, gone or changed. A cgroup that is not there has no pod in it.</summary>
    public Task FollowAsync()
    {
        lock (gate)
        {
            // One after the other, each with what is then: the last one to come writes the newest.
            return last = LimitAfterAsync(last);
        }
    }

    private async Task LimitAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            var room = NodeCapacity.Allocatable(root);
            await runtime.LimitCgroup(All, new() { CpuShares = Resources.Shares(room["cpu"]), MemoryLimit = (long)room["memory"] }).ConfigureAwait(false);
            await runtime.LimitCgroup($"{All}/burstable", Burstable(pods.OnNode())).ConfigureAwait(false);
            await runtime.LimitCgroup($"{All}/besteffort", new() { CpuShares = Resources.Shares(0) }).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            // Removed at this very moment, or refused by the kernel: the next change comes back to it.
            LogMessages.ClassNotLimited(log, All, failure);
        }
    }

    internal static LinuxResources Burstable(IEnumerable<PodView> pods) => new()
    {
        CpuShares = Resources.Shares(pods.Where(pod => QosClass.Of(pod.Spec) == "Burstable").Sum(pod => PodRequests.Of(pod.Spec).GetValueOrDefault("cpu"))),
    };
}
