using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Standalone;

/// <summary>
/// One standalone container's worker: woken by its start and end, looks what is, and does what policy, <c>--rm</c> and health
/// checks want. Events only wake it; what the runtime says decides.
/// </summary>
internal sealed class StandaloneWorker : IAsyncDisposable
{
    private readonly string id;
    private readonly StandaloneEngine engine;
    private readonly StandaloneTable table;
    private readonly ContainerRuntime runtime;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly CancellationTokenSource stop;
    private readonly Channel<bool> wakes = Channel.CreateUnbounded<bool>(new() { SingleReader = true });
    private readonly Task running;
    private CancellationTokenSource waiting = new();
    private HealthMonitor? health;
    private TimeSpan lastDelay;
    private DateTimeOffset? handled;
    private int held;

    public StandaloneWorker(string id, StandaloneEngine engine, StandaloneTable table, ContainerRuntime runtime, TimeProvider clock, ILogger log, CancellationToken cancel)
    {
        (this.id, this.engine, this.table, this.runtime, this.clock, this.log) = (id, engine, table, runtime, clock, log);
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        running = Task.Run(RunAsync, CancellationToken.None);
    }

    public HealthState? Health => health?.State;

    public void Wake(bool engineStarted = false) => wakes.Writer.TryWrite(engineStarted);

    /// <summary>A restart that is waited for does not happen.</summary>
    public void CancelRestart() => waiting.Cancel();

    /// <summary>As long as it is held, an end is no reason to do anything: a user's restart is under way.</summary>
    public IDisposable HoldStill()
    {
        Interlocked.Increment(ref held);
        return new Release(this);
    }

    public async Task StartAsync(CancellationToken cancel)
    {
        table.Change(id, known => known with { StoppedByUser = false, EndedWith = "" });
        try
        {
            JoinRules.Check(id, runtime);
            await runtime.StartContainer(id, cancel).ConfigureAwait(false);
            table.Change(id, known => known with { Error = "" });
        }
        catch (RuntimeException failure)
        {
            if (table.Change(id, known => known with { Error = failure.Message }) is { AutoRemove: true })
            {
                await runtime.RemoveContainer(id, CancellationToken.None).ConfigureAwait(false);
                engine.Forget(id);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        if (health is { } monitor)
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var engineStarted in wakes.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                if (table.Find(id) is { } container && runtime.ContainerStatus(id) is { } status)
                {
                    await ActAsync(container, status, engineStarted).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops, or the container is gone.
        }
    }

    private async Task ActAsync(StandaloneContainer container, ContainerStatus status, bool engineStarted)
    {
        try
        {
            if (status.State == ContainerState.Running)
            {
                health ??= container.Health is { } check ? new HealthMonitor(container, check, engine, runtime, clock) : null;
                return;
            }

            if (health is { } monitor)
            {
                health = null;
                await monitor.DisposeAsync().ConfigureAwait(false);
            }

            if (Volatile.Read(ref held) > 0 || status.State == ContainerState.Created)
            {
                return;
            }

            await AfterEndAsync(container, status, engineStarted).ConfigureAwait(false);
        }
        catch (RuntimeException failure)
        {
            LogMessages.StandaloneFailed(log, container.Name, failure.Message);
        }
    }

    private async Task AfterEndAsync(StandaloneContainer container, ContainerStatus status, bool engineStarted)
    {
        if (container.AutoRemove)
        {
            await runtime.RemoveContainer(id, stop.Token).ConfigureAwait(false);
            engine.Forget(id);
            return;
        }

        if (container.EndedWith.Length > 0)
        {
            if (runtime.ContainerStatus(container.EndedWith) is { State: ContainerState.Running })
            {
                await StartAsync(stop.Token).ConfigureAwait(false);
            }

            return;
        }

        if (engineStarted)
        {
            if (RestartDecision.AtEngineStart(container, status))
            {
                await StartAgainAsync(TimeSpan.Zero).ConfigureAwait(false);
            }

            return;
        }

        if (!container.StoppedByUser && SharedEnd.Owner(status, runtime.ContainerStatus) is { } owner)
        {
            table.Change(id, known => known with { EndedWith = owner, Error = $"ended with container {owner[..12]}, whose PID namespace it had joined; it is started again with it" });
            Wake();
            return;
        }

        if (handled == status.FinishedAt)
        {
            return;
        }

        handled = status.FinishedAt;

        if (RestartDecision.After(container, status, lastDelay) is { } delay)
        {
            lastDelay = delay;
            await StartAgainAsync(delay).ConfigureAwait(false);
        }
        else
        {
            lastDelay = TimeSpan.Zero;
        }
    }

    /// <summary>A start that fails is the end of it, but for one whose namespaces are somebody's who does not run yet.</summary>
    private async Task StartAgainAsync(TimeSpan delay)
    {
        while (await WaitAsync(delay).ConfigureAwait(false)
            && table.Find(id) is { StoppedByUser: false } && runtime.ContainerStatus(id) is { State: ContainerState.Exited or ContainerState.Unknown })
        {
            try
            {
                table.Change(id, known => known with { RestartCount = known.RestartCount + 1 });
                await StartAsync(stop.Token).ConfigureAwait(false);
                return;
            }
            catch (RuntimeException failure) when (failure.Kind == RuntimeErrorKind.FailedPrecondition)
            {
                LogMessages.StandaloneFailed(log, id[..12], failure.Message);
                delay = delay * 2 < RestartDecision.LongestDelay ? delay * 2 + RestartDecision.FirstDelay : RestartDecision.LongestDelay;
            }
        }
    }

    /// <returns>False when a user wants no restart any more.</returns>
    private async Task<bool> WaitAsync(TimeSpan delay)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        waiting = wait;
        try
        {
            await Task.Delay(delay, clock, wait.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            waiting = new();
        }
    }

    private sealed class Release(StandaloneWorker worker) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref worker.held);
            worker.Wake();
        }
    }
}
