using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Pods.Probes;
using Tripod.Pods.Resizing;
using Tripod.Pods.Status;
using Tripod.Pods.Tracing;

namespace Tripod.Pods;

/// <summary>
/// Looks after one pod, by its uid, for as long as it is there: observe → plan → act → report, until nothing is left to
/// do, then sleeps until woken. The engine wakes it; it hands steps to <see cref="PodActions"/>.
/// </summary>
internal sealed class PodWorker : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1), LastRetry = TimeSpan.FromMinutes(1);

    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly HashSet<string> toldBackOff = [];
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PodParts parts;
    private readonly PodActions actions;
    private readonly PodProbes probes;
    private readonly PodMessages messages;
    private readonly Action<PodWorker> ended;
    private readonly Action<IEnumerable<string>> wakeOthers;
    private PodView pod;
    private PodMemory memory = PodMemory.Empty;
    private Task loop = Task.CompletedTask;
    private bool forgotten;

    public PodWorker(PodView pod, PodParts parts, Action<PodWorker> ended, Action<IEnumerable<string>> wakeOthers)
    {
        (this.pod, this.parts, this.ended, this.wakeOthers) = (pod, parts, ended, wakeOthers);
        actions = new PodActions(this, parts);
        probes = new PodProbes(parts, () => this.pod, Wake);
        messages = new PodMessages(parts.Messages);
    }

    public string Uid => pod.Uid;

    public PodTrace Trace { get; } = new();

    /// <summary>Completes when the pod is over and what it had on the disk is gone.</summary>
    public Task Released => released.Task;

    /// <summary>The newest revision that was looked at.</summary>
    public PodView Pod => pod;

    public PodMemory Memory
    {
        get
        {
            lock (gate)
            {
                return memory;
            }
        }
    }

    public void Start() => loop = Task.Run(RunAsync);

    public void Wake() => wakes.Writer.TryWrite(true);

    /// <summary>Something that the pod was waiting for may have come: a ConfigMap, a free port.</summary>
    public void RetryNow(bool volumesChanged)
    {
        Remember(known => (volumesChanged ? known with { VolumesReady = false } : known).RetryNow(parts.Now));
        Wake();
    }

    public void Remember(Func<PodMemory, PodMemory> change)
    {
        lock (gate)
        {
            memory = change(memory);
        }
    }

    public PodObservation Observe()
    {
        var stored = parts.Store.Get(pod.Key);
        var granted = parts.Allocations.Of(pod.Uid);
        var current = stored is null ? null : new PodView(stored, granted);
        var gone = current?.Uid != pod.Uid;
        if (!gone && current!.Object.Metadata.Generation != pod.Object.Metadata.Generation)
        {
            // What went wrong before may be what the change of the spec mends: another image, a gate taken away.
            Remember(known => known.RetryNow(parts.Now) with { Containers = PodMemory.Empty.Containers });
        }

        if (!gone && ShowsItself(pod.Spec) && (!SameLabels(pod.Object.Metadata, current!.Object.Metadata) || !PodAllocation.Of(pod.Object.Spec).Is(current.Object.Spec)))
        {
            Remember(known => known with { VolumesReady = false });
        }

        pod = gone ? pod : current!;
        var seen = PodObservation.Of(pod, gone, parts.Runtime, Memory, parts.Options.NodeName);
        return seen with
        {
            Probes = probes.Verdicts,
            IsGranted = granted is not null,
            ResizePending = parts.Resizes.Pending(pod.Uid),
            ResizeBegun = parts.Resizes.Begun(pod.Uid),
            PidsLimit = parts.Options.PodPidsLimit,
        };
    }

    /// <summary>Writes the status that follows from what is observed now; nothing where nothing changed.</summary>
    public async Task ReportAsync(CancellationToken cancel)
    {
        var seen = Observe();
        if (seen.Gone || seen.IsAllButOver)
        {
            return;
        }

        // Of this very observation: no run is shown as ended before its last words are known.
        seen = seen with { Messages = await messages.Of(seen, cancel).ConfigureAwait(false) };

        parts.Store.Update(pod.Key, document =>
        {
            if ((string?)document["metadata"]?["uid"] != seen.Pod.Uid)
            {
                return null;
            }

            document["status"] = PodStatusDocument.Make(seen, document["status"] as JsonObject, parts.Options.NodeIps, parts.Now);
            if ((string?)document["status"]!["phase"] is { } phase and not "Pending")
            {
                Trace.End(phase);
            }

            return document;
        });
        TellBackOff(seen);
    }

    /// <summary>Others' resizes were decided along with this pod's.</summary>
    public void WakeOthers(IEnumerable<string> uids) => wakeOthers(uids);

    /// <summary>The pod is over: nothing of it is left, and the loop ends.</summary>
    public void Forget() => forgotten = true;

    public void TellReleased() => released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        await probes.DisposeAsync().ConfigureAwait(false);
        await actions.DisposeAsync().ConfigureAwait(false);
        Trace.Dispose();
        stopping.Dispose();
    }

    /// <summary>A volume of its shows what may be changed of the pod while it runs.</summary>
    private static bool ShowsItself(V1PodSpec spec) =>
        spec.Volumes?.Any(volume => volume.DownwardAPI is not null || volume.Projected?.Sources?.Any(source => source.DownwardAPI is not null) == true) == true;

    private static bool SameLabels(V1ObjectMeta one, V1ObjectMeta other) => Same(one.Labels, other.Labels) && Same(one.Annotations, other.Annotations);

    private static bool Same(IDictionary<string, string>? one, IDictionary<string, string>? other) =>
        (one?.Count ?? 0) == (other?.Count ?? 0) && (one ?? new Dictionary<string, string>()).All(pair => other!.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private async Task RunAsync()
    {
        var retry = FirstRetry;
        while (!forgotten && !stopping.IsCancellationRequested)
        {
            DateTimeOffset? wakeAt;
            try
            {
                wakeAt = await PassAsync(stopping.Token).ConfigureAwait(false);
                retry = FirstRetry;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The one place that may catch everything: a pod that fails must neither end its worker nor touch another.
                LogMessages.PodFailed(parts.Log, pod.Described, failure.Message, retry, failure);
                wakeAt = parts.Now + retry;
                retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
            }

            if (!forgotten)
            {
                await SleepAsync(wakeAt).ConfigureAwait(false);
            }
        }

        await probes.DisposeAsync().ConfigureAwait(false);
        Trace.Dispose();
        released.TrySetResult();
        ended(this);
    }

    private async Task<DateTimeOffset?> PassAsync(CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var seen = Observe();
            Trace.Begin(pod, pending: pod.Object.Status?.Phase is null or "Pending");
            await probes.Follow(seen).ConfigureAwait(false);
            var decision = PodPlan.Decide(seen, parts.Now);
            foreach (var step in decision.Steps)
            {
                if (!await actions.DoAsync(step, cancel).ConfigureAwait(false))
                {
                    break;
                }
            }

            if (forgotten)
            {
                return null;
            }

            await ReportAsync(cancel).ConfigureAwait(false);
            if (decision.Steps.Count == 0)
            {
                return decision.WakeAt;
            }
        }
    }

    private async Task SleepAsync(DateTimeOffset? wakeAt)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        await using var alarm = wakeAt is { } moment
            ? parts.Clock.CreateTimer(_ => Wake(), null, moment > parts.Now ? moment - parts.Now : TimeSpan.Zero, Timeout.InfiniteTimeSpan)
            : null;
        try
        {
            await wakes.Reader.ReadAsync(timer.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the loop sees it.
        }
    }

    private void TellBackOff(PodObservation seen)
    {
        foreach (var container in seen.Pod.Containers)
        {
            if (!seen.Pod.IsDeleted && seen.Memory.TerminatingWith is null && seen.Restarts(container)
                && seen.Newest(container.Name) is { } exited
                && ContainerPlan.BackOff(seen, exited).Until > parts.Now
                && toldBackOff.Add(exited.Id))
            {
                parts.Events.Warning(EventTarget.Of(pod, container), "BackOff", $"Back-off restarting failed container {container.Name} in pod {pod.Described}");
            }
        }
    }
}
