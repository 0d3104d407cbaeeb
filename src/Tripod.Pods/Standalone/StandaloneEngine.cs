using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Standalone;

/// <summary>
/// Looks after containers of no pod: names, restart policies, health checks, <c>--rm</c>. The Docker door asks it; it hands
/// on to the runtime, whose events wake the container's <see cref="StandaloneWorker"/>.
/// </summary>
public sealed class StandaloneEngine : IAsyncDisposable
{
    private readonly ContainerRuntime runtime;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly StandaloneTable table;
    private readonly ConcurrentDictionary<string, StandaloneWorker> workers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stop = new();
    private Task listening = Task.CompletedTask;

    public StandaloneEngine(ContainerRuntime runtime, TimeProvider clock, ILogger log)
    {
        (this.runtime, this.clock, this.log) = (runtime, clock, log);
        table = new(runtime.Records);
    }

    public event Action<StandaloneEvent>? Happened;

    public IEnumerable<StandaloneContainer> All => table.All;

    public StandaloneContainer? Find(string id) => table.Find(id);

    public StandaloneContainer? Named(string name) => table.Named(name);

    /// <summary>What the last check said; null for a container without checks, or one that does not run.</summary>
    public HealthState? HealthOf(string id) => workers.GetValueOrDefault(id)?.Health;

    /// <summary>Finds what the last engine left, removes what it half made, and starts what its policy wants to run.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        table.Load();
        foreach (var container in table.All.Where(container => runtime.ContainerStatus(container.Id) is null).ToList())
        {
            table.Remove(container.Id);
        }

        foreach (var orphan in runtime.ListContainers().Where(status => status is { SandboxId: null, Config.Standalone: not null } && table.Find(status.Id) is null).ToList())
        {
            await runtime.RemoveContainer(orphan.Id, cancel).ConfigureAwait(false);
        }

        var events = runtime.Events(stop.Token);
        listening = Task.Run(() => ListenAsync(events), CancellationToken.None);
        foreach (var container in table.All)
        {
            WorkerOf(container.Id).Wake(engineStarted: true);
        }
    }

    /// <summary>Written down, then made; asked for a name that somebody has it is refused.</summary>
    /// <exception cref="NameTakenException">Somebody has the name.</exception>
    public async Task<StandaloneContainer> Create(StandaloneContainer container, ContainerConfig config, CancellationToken cancel)
    {
        table.Add(container);
        try
        {
            await runtime.CreateContainer(null, config, cancel, container.Id).ConfigureAwait(false);
        }
        catch
        {
            table.Remove(container.Id);
            throw;
        }

        Say(container, "create");
        return container;
    }

    public Task Start(string id, CancellationToken cancel) => WorkerOf(id).StartAsync(cancel);

    /// <summary>By a user's wish: its policy does not start it again.</summary>
    public async Task Stop(string id, TimeSpan grace, CancellationToken cancel, int? signal = null)
    {
        table.Change(id, known => known with { StoppedByUser = true, EndedWith = "" });
        WorkerOf(id).CancelRestart();
        await runtime.StopContainer(id, grace, cancel, signal).ConfigureAwait(false);
    }

    public async Task Restart(string id, TimeSpan grace, CancellationToken cancel, int? signal = null)
    {
        using (WorkerOf(id).HoldStill())
        {
            await runtime.StopContainer(id, grace, cancel, signal).ConfigureAwait(false);
            await Start(id, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>A signal that ends a container is a user's wish for it to end.</summary>
    public void Kill(string id, int signal, bool ends)
    {
        if (ends)
        {
            table.Change(id, known => known with { StoppedByUser = true });
        }

        runtime.SignalContainer(id, signal);
    }

    public async Task Remove(string id, CancellationToken cancel)
    {
        table.Change(id, known => known with { StoppedByUser = true, AutoRemove = false });
        WorkerOf(id).CancelRestart();
        await runtime.RemoveContainer(id, cancel).ConfigureAwait(false);
        Forget(id);
    }

    /// <exception cref="NameTakenException">Somebody has the name.</exception>
    public void Rename(string id, string name)
    {
        var before = table.Find(id);
        table.Rename(id, name);
        if (before is not null && table.Find(id) is { } after)
        {
            runtime.RenameContainer(id, name);
            Say(after, "rename", ("oldName", $"/{before.Name}"));
        }
    }

    public void SetRestartPolicy(string id, RestartPolicy policy) => table.Change(id, known => known with { Restart = policy });

    /// <summary>What was asked for, after <c>docker update</c> and its like.</summary>
    public void SetRequest(string id, string request) => table.Change(id, known => known with { Request = request });

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var worker in workers.Values)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
        }

        stop.Dispose();
    }

    /// <summary>After the container itself is gone.</summary>
    internal void Forget(string id)
    {
        var known = table.Find(id);
        table.Remove(id);
        if (workers.TryRemove(id, out var worker))
        {
            _ = worker.DisposeAsync().AsTask();
        }

        if (known is not null)
        {
            Say(known, "destroy");
        }
    }

    internal void Say(StandaloneContainer container, string action, params (string Key, string Value)[] attributes) =>
        Happened?.Invoke(new(container, action, attributes.ToDictionary(pair => pair.Key, pair => pair.Value)));

    private bool Joins(StandaloneContainer container, string owner) =>
        runtime.ContainerStatus(container.Id)?.Config.Namespaces?.Pid is NamespaceChoice.Join join && join.ContainerId == owner;

    private StandaloneWorker WorkerOf(string id) => workers.GetOrAdd(id, _ => new StandaloneWorker(id, this, table, runtime, clock, log, stop.Token));

    private async Task ListenAsync(IAsyncEnumerable<ContainerEvent> events)
    {
        try
        {
            await foreach (var happened in events.ConfigureAwait(false))
            {
                if (happened.Kind is ContainerEventKind.Started or ContainerEventKind.Stopped)
                {
                    foreach (var container in table.All.Where(container => container.Id == happened.ContainerId || Joins(container, happened.ContainerId)))
                    {
                        WorkerOf(container.Id).Wake();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
    }
}
