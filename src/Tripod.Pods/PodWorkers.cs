using System.Collections.Concurrent;
using k8s.Models;
using Tripod.Pods.Cluster;
using Tripod.Pods.Volumes;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>The worker of each pod, by its uid, and which of them a change is of interest to. Called by <see cref="PodEngine"/>, whose watches tell what has changed.</summary>
internal sealed class PodWorkers(PodParts parts) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PodWorker> workers = new();

    public IReadOnlyList<PodWorker> All => [.. workers.Values];

    public PodWorker? Find(string uid) => workers.GetValueOrDefault(uid);

    public async ValueTask DisposeAsync() => await Task.WhenAll(workers.Values.Select(worker => worker.DisposeAsync().AsTask())).ConfigureAwait(false);

    /// <summary>Each pod has its worker, which looks at what has changed.</summary>
    public void Follow(StoreEventType type, PodView pod)
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
        else if (pod.Spec.NodeName == parts.Options.NodeName && pod.Object.Status?.Phase is null or "Pending")
        {
            // It has just come, and may be the company that another waits for.
            foreach (var waiting in workers.Values.Where(other => other.Memory.Scheduling is not null && other.Pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 }))
            {
                waiting.RetryNow(volumesChanged: false);
            }
        }
    }

    /// <summary>A cordon, a taint or a label that is gone may let a waiting pod in.</summary>
    public void OnNode(V1Node node)
    {
        foreach (var waiting in workers.Values.Where(worker => worker.Memory.Scheduling is not null && NodeFit.Misfit(worker.Pod.Spec, node) is null))
        {
            waiting.RetryNow(volumesChanged: false);
        }
    }

    /// <summary>A claim that has come, or is bound, may be what a pod waits for.</summary>
    public void OnClaim()
    {
        foreach (var waiting in workers.Values.Where(worker => worker.Pod.Spec.Volumes?.Any(volume => volume.PersistentVolumeClaim is not null || volume.Ephemeral is not null) == true))
        {
            if (waiting.Memory.Scheduling is not null || waiting.Memory.Volumes is not null)
            {
                waiting.RetryNow(volumesChanged: false);
            }
        }
    }

    /// <summary>A ConfigMap or a Secret has changed.</summary>
    public void OnSource(StoredObject stored)
    {
        var key = stored.Key.Split('/');
        var (kind, @namespace, name) = (key[2], key[3], key[4]);
        foreach (var worker in workers.Values.Where(worker => worker.Pod.Namespace == @namespace))
        {
            worker.RetryNow(volumesChanged: worker.Pod.Spec.Volumes?.Any(volume => Mentions(volume, kind, name)) == true);
        }
    }

    /// <summary>A bundle may be meant by its name or by a selector.</summary>
    public void OnBundle()
    {
        foreach (var worker in workers.Values.Where(worker => TrustBundles.AreShownTo(worker.Pod.Spec)))
        {
            worker.RetryNow(volumesChanged: true);
        }
    }

    /// <summary>A pod's certificate has been issued, or refused.</summary>
    public void OnCertificate(StoreEventType type, StoredObject stored)
    {
        var request = stored.View(Views.Parse<V1beta1PodCertificateRequest>);
        foreach (var worker in workers.Values.Where(worker => worker.Pod.Uid == request.Spec.PodUID && type != StoreEventType.Added))
        {
            worker.RetryNow(volumesChanged: true);
        }
    }

    public void WakeAll(IEnumerable<string> uids)
    {
        foreach (var uid in uids)
        {
            if (workers.TryGetValue(uid, out var worker))
            {
                worker.Wake();
            }
        }
    }

    private static bool Mentions(V1Volume volume, string kind, string name) => kind == "configmaps"
        ? volume.ConfigMap?.Name == name || volume.Projected?.Sources?.Any(source => source.ConfigMap?.Name == name) == true
        : volume.Secret?.SecretName == name || volume.Projected?.Sources?.Any(source => source.Secret?.Name == name) == true;
}
