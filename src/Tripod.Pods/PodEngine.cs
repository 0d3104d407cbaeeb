using System.Collections.Concurrent;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Tripod.Pods.Accounts;
using Tripod.Pods.Cluster;
using Tripod.Pods.Cluster.Storage;
using Tripod.Pods.Eviction;
using Tripod.Pods.Planning;
using Tripod.Pods.StaticPods;
using Tripod.Pods.Volumes;
using Tripod.Runtime;
using Tripod.Runtime.Sandboxes;
using Tripod.Runtime.Users;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>What the engine must know of this machine's place in the API.</summary>
public sealed record PodEngineOptions
{
    public required string NodeName { get; init; }

    /// <summary><c>ROOT/pods/UID/volumes</c>, <c>ROOT/pods/UID/etc-hosts</c>, and logs stand below it.</summary>
    public required string Root { get; init; }
    public required string Run { get; init; }

    /// <summary>This machine's addresses: IPv4's, then IPv6's if it has one.</summary>
    public required IReadOnlyList<string> NodeIps { get; init; }
    public string NodeIp => NodeIps[0];

    /// <summary>Where pods reach the API, on port 443; null where they cannot.</summary>
    public string? ApiAddress { get; init; }

    /// <summary>The API's certificate authority (PEM), for each namespace's kube-root-ca.crt.</summary>
    public required string CaCertificate { get; init; }

    /// <summary>Bytes at which a container's log begins a new file; 0: never. And how many files there are at most.</summary>
    public long ContainerLogMaxSize { get; init; }
    public int ContainerLogMaxFiles { get; init; } = 1;

    /// <summary>Processes that one pod may have; less than 1: as many as the machine.</summary>
    public long PodPidsLimit { get; init; } = -1;

    /// <summary>Whence pods with <c>hostUsers: false</c> get their ids.</summary>
    public IdPool UserNamespaceIds { get; init; } = IdPool.Default;

    public EvictionOptions Eviction { get; init; } = new();

    /// <summary>Sysctls beyond the safe ones that pods may set; a <c>*</c> at the end stands for any.</summary>
    public IReadOnlyList<string> AllowedUnsafeSysctls { get; init; } = [];

    /// <summary>Files in it describe static pods; null: there are none.</summary>
    public string? StaticPodPath { get; init; }

    /// <summary>Understands such a file's text (throws <see cref="StaticPods.ManifestException"/>).</summary>
    public Func<string, StaticPods.PodManifest>? ReadManifest { get; init; }

    /// <summary>Tripod's own version, and the Kubernetes version whose behaviour it shows.</summary>
    public string Version { get; init; } = "0.1.0";
    public string KubernetesVersion { get; init; } = "v1.33.0";
}

/// <summary>Desired pods become sandboxes and containers. The store's watch and the runtime's events wake it; it hands each pod to the worker of its uid.</summary>
public sealed class PodEngine(ObjectStore store, ContainerRuntime runtime, PodEngineOptions options, AccountTokens tokens, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    /// <summary>The name under which the starts of pods are traced.</summary>
    public const string TraceSource = Tracing.PodTrace.SourceName;

    private static readonly TimeSpan Housekeeping = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, PodWorker> workers = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly PodParts parts = new(store, runtime, options, tokens, clock, log);
    private readonly NamespaceController namespaces = new(store, options.CaCertificate, clock, log);
    private readonly List<Task> loops = [];
    private StorageController storage = null!;
    private MirrorPods mirrors = null!;
    private TaintEvictions taints = null!;
    private StaticPodFolder? folder;

    /// <summary>Issues and checks ServiceAccounts' tokens.</summary>
    public AccountTokens Tokens => tokens;

    /// <summary>Sees to it that a namespace has what every namespace has: the ServiceAccount default, the API's authority.</summary>
    public void Furnish(string @namespace) => namespaces.Furnish(@namespace);

    /// <summary>Creates what every engine has (node, namespaces), then finds its pods again and starts their workers.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        var node = new NodeReporter(store, runtime, options, parts.Pressure, clock);
        node.Report();
        namespaces.CreateInitial();
        LocalPathClass.Ensure(store, clock.GetUtcNow());
        storage = new(store, parts.Claims, parts.Events, clock);
        DefaultClasses.Ensure(store, runtime.Handlers, clock.GetUtcNow());
        mirrors = new(parts);
        taints = new(store, options.NodeName, parts.Events, clock);
        await RemoveOrphansAsync(cancel).ConfigureAwait(false);
        if (options is { StaticPodPath: { } path, ReadManifest: { } read })
        {
            folder = new(path, read, parts);
            loops.Add(Task.Run(() => folder.RunAsync(stopping.Token), CancellationToken.None));
        }

        loops.Add(Task.Run(() => WatchAsync(StaticPod.Prefix, OnStaticPod), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix("namespaces"), (_, _) => mirrors.ReconcileAll()), CancellationToken.None));
        loops.Add(Task.Run(() => namespaces.RunAsync(stopping.Token), CancellationToken.None));
        loops.Add(Task.Run(() => new GarbageCollector(store, clock, log).RunAsync(stopping.Token), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix("pods"), OnPod), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix("configmaps"), OnSource), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix("secrets"), OnSource), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix(TrustBundles.Resource), OnBundle), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix(PodCertificates.Resource), OnCertificate), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix("nodes"), (type, stored) => OnNode(node, type, stored)), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix("persistentvolumeclaims"), OnClaim), CancellationToken.None));
        loops.Add(Task.Run(() => WatchAsync(ResourceKeys.Prefix("persistentvolumes"), storage.OnVolume), CancellationToken.None));
        loops.Add(Task.Run(() => new EvictionLoop(parts, node, new(parts), () => [.. workers.Values]).RunAsync(stopping.Token), CancellationToken.None));
        loops.Add(Task.Run(FollowRuntimeAsync, CancellationToken.None));
        loops.Add(Task.Run(() => KeepHouseAsync(node), CancellationToken.None));
    }

    /// <summary>The runtime's id of a pod's container: the newest, or with <paramref name="previous"/> the one before it. Null when there is none.</summary>
    public string? ContainerId(string podUid, string containerName, bool previous = false) =>
        PodObservation.ContainersOf(mirrors.RuntimeUid(podUid), runtime)
            .Where(container => container.Config.Name == containerName)
            .Skip(previous ? 1 : 0)
            .FirstOrDefault()?.Id;

    /// <summary>The pod's sandbox that is ready, for port-forward.</summary>
    public string? SandboxId(string podUid) =>
        PodObservation.SandboxesOf(mirrors.RuntimeUid(podUid), runtime).FirstOrDefault(sandbox => sandbox.State == SandboxState.Ready)?.Id;

    /// <summary>Stops the workers; containers go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(false);
        await Task.WhenAll(workers.Values.Select(worker => worker.DisposeAsync().AsTask())).ConfigureAwait(false);
        taints?.Dispose();
        folder?.Dispose();
        await parts.Events.DisposeAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private void OnPod(StoreEventType type, StoredObject stored)
    {
        var pod = new PodView(stored);
        if (StaticPod.IsMirror(pod.Object))
        {
            mirrors.OnMirror(type, pod);
            return;
        }

        Follow(type, pod);
        storage.OnPod(type, stored);
        if (type == StoreEventType.Deleted)
        {
            taints.OnGone(pod.Uid);
        }
        else
        {
            taints.OnPod(pod);
        }
    }

    private void OnStaticPod(StoreEventType type, StoredObject stored)
    {
        var pod = new PodView(stored);
        mirrors.OnStatic(pod);
        Follow(type, pod);
        if (type == StoreEventType.Deleted)
        {
            // Another content of its file may have waited for its end.
            folder?.Wake();
        }
    }

    /// <summary>Each pod has its worker, which looks at what has changed.</summary>
    private void Follow(StoreEventType type, PodView pod)
    {
        if (type != StoreEventType.Deleted && !workers.ContainsKey(pod.Uid))
        {
            var worker = new PodWorker(pod, parts, ended => workers.TryRemove(ended.Uid, out _), WakeAll);
            if (workers.TryAdd(pod.Uid, worker))
            {
                worker.Start();
            }
        }
        else if (workers.TryGetValue(pod.Uid, out var worker))
        {
            worker.Wake();
        }

        if (type == StoreEventType.Deleted || pod.IsTerminal)
        {
            // What it held (a host port) may be what another was waiting for.
            foreach (var waiting in workers.Values.Where(other => other.Memory.Scheduling is not null || other.Memory.Sandbox is not null || other.Memory.Admission is not null))
            {
                waiting.RetryNow(volumesChanged: false);
            }

            _ = parts.QosCgroups.FollowAsync();
            WakeAll(parts.Resizes.Decide());
        }
        else if (pod.Spec.NodeName == options.NodeName && pod.Object.Status?.Phase is null or "Pending")
        {
            // It has just come, and may be the company that another waits for.
            foreach (var waiting in workers.Values.Where(other => other.Memory.Scheduling is not null && other.Pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 }))
            {
                waiting.RetryNow(volumesChanged: false);
            }
        }
    }

    private void WakeAll(IEnumerable<string> uids)
    {
        foreach (var uid in uids)
        {
            if (workers.TryGetValue(uid, out var worker))
            {
                worker.Wake();
            }
        }
    }

    /// <summary>A cordon, a taint or a label that is gone may let a waiting pod in; who deletes this machine's node gets it anew, as from a kubelet.</summary>
    private void OnNode(NodeReporter node, StoreEventType type, StoredObject stored)
    {
        var found = stored.View(Views.Parse<V1Node>);
        if (type == StoreEventType.Deleted && found.Metadata.Name == options.NodeName)
        {
            node.Report();
        }

        if (found.Metadata.Name == options.NodeName)
        {
            taints.OnNode(type == StoreEventType.Deleted ? null : found);
            mirrors.ReconcileAll();
        }

        foreach (var waiting in workers.Values.Where(worker => worker.Memory.Scheduling is not null && NodeFit.Misfit(worker.Pod.Spec, found) is null))
        {
            waiting.RetryNow(volumesChanged: false);
        }
    }

    /// <summary>A claim that has come, or is bound, may be what a pod waits for.</summary>
    private void OnClaim(StoreEventType type, StoredObject stored)
    {
        storage.OnClaim(type, stored);
        foreach (var waiting in workers.Values.Where(worker => worker.Pod.Spec.Volumes?.Any(volume => volume.PersistentVolumeClaim is not null || volume.Ephemeral is not null) == true))
        {
            if (waiting.Memory.Scheduling is not null || waiting.Memory.Volumes is not null)
            {
                waiting.RetryNow(volumesChanged: false);
            }
        }
    }

    private void OnSource(StoreEventType type, StoredObject stored)
    {
        var key = stored.Key.Split('/');
        var (kind, @namespace, name) = (key[2], key[3], key[4]);
        foreach (var worker in workers.Values.Where(worker => worker.Pod.Namespace == @namespace))
        {
            worker.RetryNow(volumesChanged: worker.Pod.Spec.Volumes?.Any(volume => Mentions(volume, kind, name)) == true);
        }
    }

    /// <summary>A bundle may be meant by its name or by a selector.</summary>
    private void OnBundle(StoreEventType type, StoredObject stored)
    {
        foreach (var worker in workers.Values.Where(worker => TrustBundles.AreShownTo(worker.Pod.Spec)))
        {
            worker.RetryNow(volumesChanged: true);
        }
    }

    private void OnCertificate(StoreEventType type, StoredObject stored)
    {
        var request = stored.View(Views.Parse<V1beta1PodCertificateRequest>);
        foreach (var worker in workers.Values.Where(worker => worker.Pod.Uid == request.Spec.PodUID && type != StoreEventType.Added))
        {
            worker.RetryNow(volumesChanged: true);
        }
    }

    private static bool Mentions(V1Volume volume, string kind, string name) => kind == "configmaps"
        ? volume.ConfigMap?.Name == name || volume.Projected?.Sources?.Any(source => source.ConfigMap?.Name == name) == true
        : volume.Secret?.SecretName == name || volume.Projected?.Sources?.Any(source => source.Secret?.Name == name) == true;

    private async Task WatchAsync(string prefix, Action<StoreEventType, StoredObject> seen)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var (objects, revision) = store.List(prefix);
                foreach (var stored in objects)
                {
                    seen(StoreEventType.Added, stored);
                }

                await foreach (var change in store.Watch(prefix, revision, stopping.Token).ConfigureAwait(false))
                {
                    seen(change.Type, change.Object);
                }

                return;
            }
            catch (RevisionTooOldException)
            {
                LogMessages.WatchBeginsAgain(log, prefix);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is System.Data.Common.DbException or IOException or UnauthorizedAccessException or KeyExistsException)
            {
                // A full disk, say: all is looked at again.
                LogMessages.ControllerFailed(log, $"controller of {prefix}", failure);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowRuntimeAsync()
    {
        try
        {
            await foreach (var change in runtime.Events(stopping.Token).ConfigureAwait(false))
            {
                if (change.SandboxId is { } id && runtime.PodSandboxStatus(id) is { } sandbox && workers.TryGetValue(sandbox.Config.Uid, out var worker))
                {
                    worker.Wake();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task KeepHouseAsync(NodeReporter node)
    {
        using var timer = new PeriodicTimer(Housekeeping, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                KeepHouse(node);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private void KeepHouse(NodeReporter node)
    {
        try
        {
            node.Report();
            parts.Events.Prune();
            store.Shrink();
            runtime.Records.Shrink();
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or IOException)
        {
            // A full disk, say: the next round does it.
            LogMessages.ControllerFailed(log, "housekeeping", failure);
        }
    }

    /// <summary>What runs for a pod that was removed while no engine ran.</summary>
    private async Task RemoveOrphansAsync(CancellationToken cancel)
    {
        var wanted = store.List(ResourceKeys.Prefix("pods")).Objects.Concat(store.List(StaticPod.Prefix).Objects).Select(stored => new PodView(stored).Uid).ToHashSet();
        foreach (var orphan in runtime.ListPodSandboxes().Where(sandbox => sandbox.Config.Owner.Length == 0 && sandbox.Config.Labels.ContainsKey(Labels.Owner) && !wanted.Contains(sandbox.Config.Uid)))
        {
            LogMessages.OrphanRemoved(log, orphan.Id, orphan.Config.Name);
            await runtime.StopPodSandbox(orphan.Id, cancel).ConfigureAwait(false);
            await runtime.RemovePodSandbox(orphan.Id, cancel).ConfigureAwait(false);
            parts.Volumes.TearDown(orphan.Config.Uid);
        }

        parts.UserIds.KeepOnly(wanted);
    }
}
