using System.Diagnostics;
using System.Threading.Channels;
using Tripod.Linux.Events;
using Tripod.Pods.Cluster;
using Tripod.Pods.Planning;
using Tripod.Runtime;

namespace Tripod.Pods.Eviction;

/// <summary>
/// Looks after what can become scarce, every ten seconds as the kubelet and at once when the kernel says that tasks wait
/// for memory: tells the node's conditions, evicts pods that have written more than they may, makes room, and as the last
/// resort evicts one pod at a time. The pod engine starts it; <see cref="EvictPod"/> hands a pod to its worker.
/// </summary>
internal sealed class EvictionLoop(PodParts parts, NodeReporter node, ImageCollector images, Func<IReadOnlyList<PodWorker>> workers)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10), LongestEnd = TimeSpan.FromSeconds(30);

    /// <summary>Measuring a pod's disk may take this much of the time at most.</summary>
    private const int TimesLonger = 50;

    private readonly NodeSignals signals = new(parts.Options.Root, parts.Runtime.Images.Path);
    private readonly MeasurePod measure = new(parts);
    private readonly EvictPod evict = new(parts);
    private readonly Dictionary<string, DateTimeOffset> measureAgain = new(StringComparer.Ordinal);
    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ReclaimNode reclaim = new(parts, images);
    private PressureState state = new();

    private EvictionOptions Options => parts.Options.Eviction;

    public async Task RunAsync(CancellationToken cancel)
    {
        using var stall = MemoryStall.Watch(() => wakes.Writer.TryWrite(true));
        while (!cancel.IsCancellationRequested)
        {
            IReadOnlyList<PodWorker> evicted = [];
            try
            {
                evicted = await LookAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.Data.Common.DbException or RuntimeException)
            {
                LogMessages.ControllerFailed(parts.Log, "eviction", failure);
            }

            if (evicted.Count > 0)
            {
                // What it frees must be seen before the next is chosen.
                await Task.WhenAll(evicted.Select(worker => worker.Released)).WaitAsync(LongestEnd, parts.Clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else
            {
                await SleepAsync(cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<IReadOnlyList<PodWorker>> LookAsync(CancellationToken cancel)
    {
        await images.LookAsync(cancel).ConfigureAwait(false);
        var seen = signals.Read();
        (state, var conditions) = Pressure.Advance(Options, seen, state, parts.Now);
        Tell(conditions);
        var active = workers().Where(IsActive).ToList();
        var over = EvictOverLimit(active, cancel);
        if (over.Count > 0 || Pressure.First(state) is not { } scarce)
        {
            return over;
        }

        var resource = Signal.Resource(scarce.Signal);
        parts.Events.Warning(NodeEvents.Target(parts.Options.NodeName), "EvictionThresholdMet", $"Attempting to reclaim {resource}");
        if (Signal.Condition(scarce.Signal) == Signal.DiskPressure)
        {
            await reclaim.RunAsync(workers(), cancel).ConfigureAwait(false);
            seen = signals.Read();
            if (!Options.Thresholds.Any(threshold => Pressure.IsMet(threshold, seen, untilReclaimed: true)))
            {
                return [];
            }
        }

        return EvictFirst(scarce, seen[scarce.Signal], active, cancel);
    }

    private List<PodWorker> EvictOverLimit(List<PodWorker> active, CancellationToken cancel)
    {
        foreach (var gone in measureAgain.Keys.Except(active.Select(worker => worker.Uid)).ToList())
        {
            measureAgain.Remove(gone);
        }

        var evicted = new List<PodWorker>();
        foreach (var worker in active.Where(worker => LocalLimits.Has(worker.Pod.Spec) && !EvictionRank.IsCritical(worker.Pod.Object) && measureAgain.GetValueOrDefault(worker.Uid) <= parts.Now))
        {
            var begun = Stopwatch.GetTimestamp();
            var message = LocalLimits.Exceeded(worker.Pod.Spec, measure.Disk(worker.Pod, cancel));
            measureAgain[worker.Uid] = parts.Now + (Stopwatch.GetElapsedTime(begun) * TimesLonger);
            if (message is not null)
            {
                LogMessages.PodEvicted(parts.Log, worker.Pod.Described, message);
                evict.Run(worker, message, EvictPod.AtOnce, null, disrupted: false);
                evicted.Add(worker);
            }
        }

        return evicted;
    }

    private List<PodWorker> EvictFirst(Threshold scarce, Observation seen, List<PodWorker> active, CancellationToken cancel)
    {
        var isDisk = Signal.Condition(scarce.Signal) == Signal.DiskPressure;
        var ranked = EvictionRank.Order(Signal.Resource(scarce.Signal), active.Select(worker => (worker.Pod, isDisk ? measure.Disk(worker.Pod, cancel) : measure.Running(worker.Pod))));
        if (ranked.Count == 0)
        {
            LogMessages.NothingToEvict(parts.Log, Signal.Resource(scarce.Signal));
            return [];
        }

        var (pod, use) = ranked[0];
        var worker = active.First(candidate => candidate.Uid == pod.Uid);
        var (message, annotations) = EvictionWords.Pressure(scarce, seen, pod.Spec, use);
        var grace = scarce.IsHard || Options.MaxPodGracePeriod == TimeSpan.Zero ? EvictPod.AtOnce
            : pod.Grace < Options.MaxPodGracePeriod ? pod.Grace : Options.MaxPodGracePeriod;
        LogMessages.PodEvicted(parts.Log, pod.Described, message);
        evict.Run(worker, message, grace, annotations, disrupted: true);
        return [worker];
    }

    /// <summary>Taken by the node, and neither over nor on its way out.</summary>
    private bool IsActive(PodWorker worker) =>
        worker.Pod is { IsTerminal: false, IsDeleted: false } pod && pod.Spec.NodeName == parts.Options.NodeName
        && pod.Object.Status?.Reason != PodEnd.Evicted
        && worker.Memory.TerminatingWith is null
        && (worker.Memory.Admitted || PodObservation.SandboxesOf(worker.Uid, parts.Runtime).Any());

    private void Tell(IReadOnlyList<string> conditions)
    {
        var before = parts.Pressure.Conditions;
        if (!parts.Pressure.Set(conditions))
        {
            return;
        }

        foreach (var condition in before.Union(conditions).Where(condition => before.Contains(condition) != conditions.Contains(condition)))
        {
            var word = NodeEvents.Word(condition, conditions.Contains(condition));
            LogMessages.NodeConditionTurned(parts.Log, word);
            parts.Events.Normal(NodeEvents.Target(parts.Options.NodeName), word, $"Node {parts.Options.NodeName} status is now: {word}");
        }

        node.Report();
    }

    private async Task SleepAsync(CancellationToken cancel)
    {
        await using var alarm = parts.Clock.CreateTimer(_ => wakes.Writer.TryWrite(true), null, Every, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        try
        {
            await wakes.Reader.ReadAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the loop sees it.
        }
    }
}
