using Microsoft.Extensions.Logging;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Tripod.FrontDoors.Kubernetes.Metrics;
using Tripod.FrontDoors.Kubernetes.Usage;
using Tripod.Pods;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>What the door's handlers work with; made once.</summary>
/// <param name="Store">Where objects are read and written.</param>
/// <param name="Pods">Null where only objects are served, without anything that runs them.</param>
/// <param name="Runtime">Null as <paramref name="Pods"/> is.</param>
/// <param name="Options">As the door was made with.</param>
/// <param name="Clock">Tells the time.</param>
/// <param name="Log">The door's log.</param>
/// <param name="Stopping">Cancelled when the door closes: watches end.</param>
internal sealed record DoorParts(
    ObjectStore Store, PodEngine? Pods, ContainerRuntime? Runtime, KubernetesDoorOptions Options, TimeProvider Clock, ILogger Log, CancellationToken Stopping)
{
    public Authorizer Authorizer { get; } = new(Store);

    /// <summary>Null as <see cref="Runtime"/> is.</summary>
    public UsageMeter? Usage { get; } = Runtime is null ? null : new(Store, Runtime, Clock);

    public RequestCounts Requests { get; } = new();

    public DateTimeOffset StartedAt { get; } = Clock.GetUtcNow();

    public DateTimeOffset Now => Clock.GetUtcNow();
}
