using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Cluster.Storage;
using Tripod.Pods.Events;
using Tripod.Pods.Planning;
using Tripod.Pods.Starting;
using Tripod.Runtime.Sandboxes;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>
/// The scheduler of a cluster of one node: a pod either fits on this machine and is bound to it, or stays Pending with
/// the reason Kubernetes would give. One at a time, so that two pods never get the same host port.
/// </summary>
internal sealed class Scheduler(ObjectStore store, string nodeName, ClaimBinder claims, EventRecorder events, TimeProvider clock)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();

    /// <returns>Why the pod could not be bound; null when it was.</returns>
    public Trouble? Schedule(PodView pod)
    {
        lock (gate)
        {
            if (Misfit(pod) is { } why)
            {
                var (reason, message) = why;
                if (reason == "Unschedulable")
                {
                    events.Add(EventTarget.Of(pod), "Warning", "FailedScheduling", message, "default-scheduler");
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
                return document;
            });
            events.Add(EventTarget.Of(pod), "Normal", "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {nodeName}", "default-scheduler");
            return null;
        }
    }

    private (string Reason, string Message)? Misfit(PodView pod)
    {
        if (pod.Spec.SchedulingGates is { Count: > 0 })
        {
            return ("SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
        }

        var node = store.Get(ResourceKeys.Of("nodes", null, nodeName))?.View(Views.Parse<V1Node>);
        if (node is not null && NodeFit.Misfit(pod.Spec, node) is { } why)
        {
            return Unschedulable(why, "Preemption is not helpful for scheduling");
        }

        var others = OnNode().Where(other => other.Uid != pod.Uid).ToList();
        var taken = others.SelectMany(other => Ports(other.Spec)).ToList();
        if (Ports(pod.Spec).Any(port => taken.Exists(other => Clash(port, other))))
        {
            return Unschedulable("node(s) didn't have free ports for the requested pod ports", "No preemption victims found for incoming pod");
        }

        if (Unbound(pod) is { } unbound)
        {
            return ("Unschedulable", $"0/1 nodes are available: {unbound}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
        }

        var lacks = ResourceFit.Find(pod.Spec, [.. others.Select(other => PodRequests.Reserved(other.Object))], ResourceFit.Amounts(node?.Status?.Allocatable));
        return node is null || lacks.Count == 0 ? null : Unschedulable(
            string.Join(", 1 ", lacks.Select(lack => lack.Insufficient)),
            lacks.Any(lack => lack.Requested > lack.Capacity) ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod");
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

            if (claim?.Spec.AccessModes?.Contains("ReadWriteOncePod") == true && OnNode().Any(other => other.Uid != pod.Uid && other.Namespace == pod.Namespace && other.Spec.Volumes?.Any(used => Volumes.ClaimedVolumes.ClaimOf(other, used) == name) == true))
            {
                return "1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
            }

            var waits = claim is not null && claims.ClassOf(claim)?.VolumeBindingMode == "WaitForFirstConsumer";
            if (claims.Bind(pod.Namespace, name, mayProvision: waits) is { } why)
            {
                return why;
            }
        }

        return null;
    }

    /// <summary>The pods that count on this node: bound to it, and not over.</summary>
    public IEnumerable<PodView> OnNode() => store.List(ResourceKeys.Prefix("pods")).Objects
        .Select(stored => new PodView(stored))
        .Where(other => other.Spec.NodeName == nodeName && !other.IsTerminal);

    private static IEnumerable<PortMapping> Ports(V1PodSpec spec) => SandboxConfigs.HostPorts(spec);

    private static bool Clash(PortMapping one, PortMapping other) =>
        one.Protocol == other.Protocol && one.HostPort == other.HostPort
        && (IsAny(one.HostIp) || IsAny(other.HostIp) || one.HostIp == other.HostIp);

    private static bool IsAny(string ip) => ip is "" or "0.0.0.0" or "::";

    private static (string, string) Unschedulable(string because, string preemption) =>
        ("Unschedulable", $"0/1 nodes are available: 1 {because}. preemption: 0/1 nodes are available: 1 {preemption}.");
}
