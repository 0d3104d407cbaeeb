using Tripod.Pods.Cluster;
using Tripod.Pods.StaticPods;

namespace Tripod.Pods;

/// <summary>What is done now and then: the node's report, old events, free pages of the databases. And once, at the start: what runs for nobody goes.</summary>
internal sealed class Housekeeping(PodParts parts, NodeReporter node)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, parts.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
            {
                Round();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    /// <summary>What runs for a pod that was removed while no engine ran.</summary>
    public async Task RemoveOrphansAsync(CancellationToken cancel)
    {
        var wanted = parts.Store.List(ResourceKeys.Prefix("pods")).Objects.Concat(parts.Store.List(StaticPod.Prefix).Objects).Select(stored => new PodView(stored).Uid).ToHashSet();
        foreach (var orphan in parts.Runtime.ListPodSandboxes().Where(sandbox => sandbox.Config.Owner.Length == 0 && sandbox.Config.Labels.ContainsKey(Labels.Owner) && !wanted.Contains(sandbox.Config.Uid)))
        {
            LogMessages.OrphanRemoved(parts.Log, orphan.Id, orphan.Config.Name);
            await parts.Runtime.StopPodSandbox(orphan.Id, cancel).ConfigureAwait(false);
            await parts.Runtime.RemovePodSandbox(orphan.Id, cancel).ConfigureAwait(false);
            parts.Volumes.TearDown(orphan.Config.Uid);
        }

        parts.UserIds.KeepOnly(wanted);
    }

    private void Round()
    {
        try
        {
            node.Report();
            parts.Events.Prune();
            parts.Store.Shrink();
            parts.Runtime.Records.Shrink();
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or IOException)
        {
            // A full disk, say: the next round does it.
            LogMessages.ControllerFailed(parts.Log, "housekeeping", failure);
        }
    }
}
