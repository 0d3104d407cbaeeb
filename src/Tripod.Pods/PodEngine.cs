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
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>Desired pods become sandboxes and containers. The store's watch and the runtime's events wake it; it hands each pod to the worker of its uid.</summary>
public sealed class PodEngine(ObjectStore store, ContainerRuntime runtime, PodEngineOptions options, AccountTokens tokens, TimeProvider clock, ILogger log) : IAsyncDisposable
{
    /// <summary>The name under which the starts of pods are traced.</summary>
    public const string TraceSource = Tracing.PodTrace.SourceName;

    private readonly CancellationTokenSource stopping = new();
    private readonly PodParts parts = new(store, runtime, options, tokens, clock, log);
    private readonly NamespaceController namespaces = new(store, options.CaCertificate, clock, log);
    private readonly AccountSecrets secrets = new(store, tokens, options.CaCertificate, clock);
    private readonly List<Task> loops = [];
    private PodWorkers workers = null!;
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
        var house = new Housekeeping(parts, node);
        node.Report();
        namespaces.CreateInitial();
        LocalPathClass.Ensure(store, clock.GetUtcNow());
        DefaultClasses.Ensure(store, runtime.Handlers, clock.GetUtcNow());
        workers = new(parts);
        storage = new(store, parts.Claims, parts.Events, clock);
        mirrors = new(parts);
        taints = new(store, options.NodeName, parts.Events, clock);
        await house.RemoveOrphansAsync(cancel).ConfigureAwait(false);
        if (options is { StaticPodPath: { } path, ReadManifest: { } read })
        {
            folder = new(path, read, parts);
            Run(folder.RunAsync);
        }

        Watch(StaticPod.Prefix, OnStaticPod);
        Watch(ResourceKeys.Prefix("namespaces"), (_, _) => mirrors.ReconcileAll());
        Run(namespaces.RunAsync);
        Run(new GarbageCollector(store, clock, log).RunAsync);
        Watch(ResourceKeys.Prefix("pods"), OnPod);
        Watch(ResourceKeys.Prefix("configmaps"), (_, stored) => workers.OnSource(stored));
        Watch(ResourceKeys.Prefix("secrets"), (_, stored) => workers.OnSource(stored));
        Watch(ResourceKeys.Prefix("secrets"), secrets.OnSecret);
        Watch(ResourceKeys.Prefix("serviceaccounts"), secrets.OnAccount);
        Watch(ResourceKeys.Prefix(TrustBundles.Resource), (_, _) => workers.OnBundle());
        Watch(ResourceKeys.Prefix(PodCertificates.Resource), workers.OnCertificate);
        Watch(ResourceKeys.Prefix("nodes"), (type, stored) => OnNode(node, type, stored));
        Watch(ResourceKeys.Prefix("persistentvolumeclaims"), OnClaim);
        Watch(ResourceKeys.Prefix("persistentvolumes"), storage.OnVolume);
        Run(new EvictionLoop(parts, node, new(parts), () => workers.All).RunAsync);
        Run(FollowRuntimeAsync);
        Run(house.RunAsync);
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
        await (workers?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
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

        workers.Follow(type, pod);
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
        workers.Follow(type, pod);
        if (type == StoreEventType.Deleted)
        {
            // Another content of its file may have waited for its end.
            folder?.Wake();
        }
    }

    /// <summary>Who deletes this machine's node gets it anew, as from a kubelet; and what is added to its capacity can be given to pods.</summary>
    private void OnNode(NodeReporter node, StoreEventType type, StoredObject stored)
    {
        var found = stored.View(Views.Parse<V1Node>);
        if (found.Metadata.Name == options.NodeName && (type == StoreEventType.Deleted || NodeReporter.IsBehind(found)))
        {
            node.Report();
        }

        if (found.Metadata.Name == options.NodeName)
        {
            taints.OnNode(type == StoreEventType.Deleted ? null : found);
            mirrors.ReconcileAll();
        }

        workers.OnNode(found);
    }

    private void OnClaim(StoreEventType type, StoredObject stored)
    {
        storage.OnClaim(type, stored);
        workers.OnClaim();
    }

    private async Task FollowRuntimeAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var change in runtime.Events(cancel).ConfigureAwait(false))
            {
                if (change.SandboxId is { } id && runtime.PodSandboxStatus(id) is { } sandbox)
                {
                    workers.Find(sandbox.Config.Uid)?.Wake();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private void Watch(string prefix, Action<StoreEventType, StoredObject> seen) => Run(cancel => new StoreWatch(store, clock, log, cancel).RunAsync(prefix, seen));

    private void Run(Func<CancellationToken, Task> loop) => loops.Add(Task.Run(() => loop(stopping.Token), CancellationToken.None));
}
