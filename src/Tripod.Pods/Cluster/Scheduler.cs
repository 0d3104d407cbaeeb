using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Cluster.Scheduling;
using Tripod.Pods.Cluster.Storage;
using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Pods.StaticPods;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>
/// The scheduler of a cluster of one node: a pod either fits on this machine and is bound to it, or stays Pending with
/// the reason Kubernetes would give, or makes pods of less priority go. One at a time, so that two pods never get the same
/// host port. Whether a pod fits is <see cref="PodFit"/>'s to say.
/// </summary>
internal sealed class Scheduler(ObjectStore store, string nodeName, ClaimBinder claims, EventRecorder events, TimeProvider clock)
{
    public const string Name = "default-scheduler";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();

    /// <returns>Why the pod could not be bound; null when it was.</returns>
    public Trouble? Schedule(PodView pod)
    {
        lock (gate)
        {
            if (Hindrance(pod) is var (reason, message))
            {
                if (reason == "Unschedulable")
                {
                    events.Add(EventTarget.Of(pod), "Warning", "FailedScheduling", message, Name);
                }

                return new(reason, message, 1, clock.GetUtcNow(), clock.GetUtcNow() + LookAgain);
            }

            store.Update(pod.Key, document =>
            {
                if ((string?)document["metadata"]?["uid"] != pod.Uid || document["metadata"]?["deletionTimestamp"] is not null)
                {
                    return null;
                }

                document["spec"]!["nodeName"] = nodeName;
                document["status"]?.AsObject().Remove("nominatedNodeName");
                return document;
            });
            events.Add(EventTarget.Of(pod), "Normal", "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {nodeName}", Name);
            return null;
        }
    }

    /// <summary>The pods that count on this node: bound to it, and not over; static ones in place of their mirrors.</summary>
    public IEnumerable<PodView> OnNode() => store.List(ResourceKeys.Prefix("pods")).Objects.Concat(store.List(StaticPod.Prefix).Objects)
        .Select(stored => new PodView(stored))
        .Where(other => other.Spec.NodeName == nodeName && !other.IsTerminal && !StaticPod.IsMirror(other.Object));

    private (string Reason, string Message)? Hindrance(PodView pod)
    {
        if (pod.Spec.SchedulingGates is { Count: > 0 })
        {
            return ("SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
        }

        if (MissingClaim(pod) is { } claim)
        {
            return ("Unschedulable", PendingMessage.OfPod(claim));
        }

        var present = OnNode().Where(other => other.Uid != pod.Uid).ToList();
        var state = new NodeState(store.Get(ResourceKeys.Of("nodes", null, nodeName))?.View(Views.Parse<V1Node>), [.. present.Select(other => other.Object)], Reserved(pod), NamespaceLabels());
        if (PodFit.Find(pod.Object, state) is { } misfit)
        {
            return ("Unschedulable", PendingMessage.Of(misfit, MakeRoom(pod, state, present, misfit)));
        }

        if (Conflict(pod, present, state.Node) is { } conflict)
        {
            return ("Unschedulable", PendingMessage.Of(conflict, conflict.MayBeCleared ? PendingMessage.NoVictims : PendingMessage.NotHelpful));
        }

        return Unbound(pod) is { } unbound ? ("Unschedulable", PendingMessage.OfPod(unbound)) : null;
    }

    /// <returns>Why no other pod goes; null where some do.</returns>
    private string? MakeRoom(PodView pod, NodeState state, List<PodView> present, Misfit misfit)
    {
        if (!misfit.MayBeCleared)
        {
            return PendingMessage.NotHelpful;
        }

        if (pod.Spec.PreemptionPolicy == "Never")
        {
            return PendingMessage.NeverPreempts;
        }

        var lesser = Preemption.Lesser(pod.Object, state);
        if (pod.Object.Status?.NominatedNodeName == nodeName && lesser.Any(other => other.Metadata.DeletionTimestamp is not null))
        {
            return PendingMessage.UnderWay;
        }

        if (lesser.Count == 0)
        {
            return PendingMessage.NoVictims;
        }

        if (Preemption.Choose(lesser, gone => PodFit.Find(pod.Object, state.Without(gone)) is null) is not { } victims)
        {
            return PodFit.Find(pod.Object, state.Without(lesser)) is { } still ? PendingMessage.StillNot(still) : PendingMessage.NoVictims;
        }

        // Written down before anybody goes, so that the room is kept for it.
        store.Update(pod.Key, document =>
        {
            if ((string?)document["metadata"]?["uid"] != pod.Uid)
            {
                return null;
            }

            document["status"] ??= new JsonObject();
            document["status"]!["nominatedNodeName"] = nodeName;
            return document;
        });
        foreach (var victim in present.Where(other => victims.Contains(other.Object)))
        {
            events.Add(EventTarget.Of(victim), "Normal", "Preempted", $"Preempted by pod {pod.Uid} on node {nodeName}", Name);
            DisruptedPod.Delete(store, victim, "PreemptionByScheduler", $"{Name}: preempting to accommodate a higher priority pod", clock.GetUtcNow());
        }

        return null;
    }

    /// <summary>Pods that others make room for, and that this one may not overtake.</summary>
    private List<V1PodSpec> Reserved(PodView pod) =>
    [
        .. store.List(ResourceKeys.Prefix("pods")).Objects
            .Select(stored => new PodView(stored))
            .Where(other => other.Uid != pod.Uid && string.IsNullOrEmpty(other.Spec.NodeName) && other.Object.Status?.NominatedNodeName == nodeName && !other.IsDeleted
                && Preemption.PriorityOf(other.Spec) >= Preemption.PriorityOf(pod.Spec))
            .Select(other => other.Spec),
    ];

    private Dictionary<string, IDictionary<string, string>> NamespaceLabels() =>
        store.List(ResourceKeys.Prefix("namespaces")).Objects
            .Select(stored => stored.View(Views.Parse<V1Namespace>).Metadata)
            .ToDictionary(space => space.Name, space => space.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);

    /// <summary>Devices by ResourceClaims are not served: what a cluster says where the claim is missing is true of every claim.</summary>
    private static string? MissingClaim(PodView pod) => pod.Spec.ResourceClaims is not [var first, ..] ? null
        : first.ResourceClaimName is { Length: > 0 } name ? $"resourceclaim.resource.k8s.io \"{name}\" not found"
        : $"pod \"{pod.Namespace}/{pod.Name}\": ResourceClaim not found";

    /// <summary>What volumes that are bound already keep the pod from.</summary>
    private Misfit? Conflict(PodView pod, List<PodView> present, V1Node? node)
    {
        foreach (var name in (pod.Spec.Volumes ?? []).Select(volume => Volumes.ClaimedVolumes.ClaimOf(pod, volume)).OfType<string>())
        {
            if (store.Get(ResourceKeys.Of("persistentvolumeclaims", pod.Namespace, name))?.View(Views.Parse<V1PersistentVolumeClaim>) is not { } claim)
            {
                continue;
            }

            if (claim.Spec.AccessModes?.Contains("ReadWriteOncePod") == true
                && present.Exists(other => other.Namespace == pod.Namespace && other.Spec.Volumes?.Any(used => Volumes.ClaimedVolumes.ClaimOf(other, used) == name) == true))
            {
                return Misfit.Clearable("node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode");
            }

            if (node is not null && claim.Spec.VolumeName is { Length: > 0 } volume
                && store.Get(ResourceKeys.Of("persistentvolumes", null, volume))?.View(Views.Parse<V1PersistentVolume>).Spec.NodeAffinity?.Required is { } terms && !NodeFit.Matches(terms, node))
            {
                return Misfit.Lasting("node(s) didn't match PersistentVolume's node affinity");
            }
        }

        return null;
    }

    /// <summary>Binds the claims that wait for their first pod; says what keeps one from it.</summary>
    private string? Unbound(PodView pod)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (Volumes.ClaimedVolumes.ClaimOf(pod, volume) is not { } name)
            {
                continue;
            }

            var claim = store.Get(ResourceKeys.Of("persistentvolumeclaims", pod.Namespace, name))?.View(Views.Parse<V1PersistentVolumeClaim>);
            if (volume.Ephemeral is not null && claim is null)
            {
                return $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{name}\"";
            }

            if (volume.Ephemeral is not null && claim!.Metadata.OwnerReferences?.Any(owner => owner.Uid == pod.Uid) != true)
            {
                return $"PVC \"{pod.Namespace}/{name}\" was not created for pod \"{pod.Namespace}/{pod.Name}\" (pod is not owner)";
            }

            var waits = claim is not null && claims.ClassOf(claim)?.VolumeBindingMode == "WaitForFirstConsumer";
            if (claims.Bind(pod.Namespace, name, mayProvision: waits) is { } why)
            {
                return why;
            }
        }

        return null;
    }
}
