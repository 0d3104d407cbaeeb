using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>What the engine must know of this machine's place in the API.</summary>
public sealed record PodEngineOptions
{
    public required string NodeName { get; init; }

    /// <summary><c>ROOT/pods/UID/volumes</c>, <c>ROOT/pods/UID/etc-hosts</c>, and logs stand below it.</summary>
    public required string Root { get; init; }
    public required string Run { get; init; }
    public required string NodeIp { get; init; }

    /// <summary>The API's certificate authority (PEM), for each namespace's kube-root-ca.crt.</summary>
    public required string CaCertificate { get; init; }
}

/// <summary>Desired pods become sandboxes and containers. The store's watch and the runtime's events wake it; it hands each pod to the worker of its uid.</summary>
public sealed class PodEngine(ObjectStore store, ContainerRuntime runtime, PodEngineOptions options, TimeProvider clock) : IAsyncDisposable
{
    internal (ObjectStore, ContainerRuntime, PodEngineOptions, TimeProvider) Parts => (store, runtime, options, clock);

    /// <summary>Creates what every engine has (node, namespaces), then finds its pods again and starts their workers.</summary>
    public Task StartAsync(CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>The runtime's id of a pod's container: the newest, or with <paramref name="previous"/> the one before it. Null when there is none.</summary>
    public string? ContainerId(string podUid, string containerName, bool previous = false) => throw new NotImplementedException();

    /// <summary>The pod's sandbox that is ready, for port-forward.</summary>
    public string? SandboxId(string podUid) => throw new NotImplementedException();

    /// <summary>Stops the workers; containers go on.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
