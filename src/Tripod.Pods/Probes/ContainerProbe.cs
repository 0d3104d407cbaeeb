using k8s.Models;
using Tripod.Runtime;

namespace Tripod.Pods.Probes;

/// <summary>
/// One probe of one run of a container, from its start to its end. <see cref="PodProbes"/> makes it; what it finds goes
/// back there.
/// </summary>
internal sealed class ContainerProbe : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly ProbedRun run;
    private readonly V1Probe probe;
    private readonly RunProbe runner;
    private readonly TimeProvider clock;
    private readonly Task loop;

    /// <param name="run">Whose probe it is; told what is found.</param>
    /// <param name="first">Not before this moment.</param>
    public ContainerProbe(ProbedRun run, ProbeKind kind, RunProbe runner, DateTimeOffset first, TimeProvider clock)
    {
        (this.run, Kind, this.runner, this.clock) = (run, kind, runner, clock);
        probe = ProbeKinds.Of(run.Container.Spec, Kind)!;
        loop = Task.Run(() => RunAsync(first, stopping.Token));
    }

    public ProbeKind Kind { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync(DateTimeOffset first, CancellationToken cancel)
    {
        try
        {
            if (Kind != ProbeKind.Startup)
            {
                await run.Started.WaitAsync(cancel).ConfigureAwait(false);
            }

            if (first - clock.GetUtcNow() is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, clock, cancel).ConfigureAwait(false);
            }

            await RepeatAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The container has ended, or nobody wants to know any more.
        }
    }

    private async Task RepeatAsync(CancellationToken cancel)
    {
        var period = Math.Max(1, probe.PeriodSeconds ?? 10);
        var count = new ProbeCount(Math.Max(1, probe.SuccessThreshold ?? 1), Math.Max(1, probe.FailureThreshold ?? 3));
        var beat = runner.Beats.Next;
        while (!await IsOverAsync(count, cancel).ConfigureAwait(false))
        {
            beat = runner.Beats.After(beat, period);
            await runner.Beats.Reach(beat).WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Probes once. A startup probe has nothing more to say once it has succeeded; a failed liveness probe waits for the next run.</summary>
    private async Task<bool> IsOverAsync(ProbeCount count, CancellationToken cancel) =>
        await TryAsync(cancel).ConfigureAwait(false) is { } success && count.Add(success) is { } said && run.Said(Kind, said)
        && Kind != ProbeKind.Readiness && (Kind == ProbeKind.Startup || !said);

    /// <returns>Null where the sandbox was gone before it could be asked.</returns>
    private async Task<bool?> TryAsync(CancellationToken cancel)
    {
        try
        {
            return await runner.RunAsync(run.Pod, run.Container, Kind, run.Target, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            return null;
        }
    }
}
