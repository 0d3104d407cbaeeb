using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Store;

namespace Tripod.Pods.StaticPods;

/// <summary>
/// Sees to it that each static pod has its mirror in the API, with its status, and no other does. The pod engine hands it
/// every change of either; what it finds in the store decides.
/// </summary>
internal sealed class MirrorPods(PodParts parts)
{
    private readonly Lock gate = new();

    /// <summary>Of a mirror the uid of the static pod.</summary>
    private readonly ConcurrentDictionary<string, string> shown = new(StringComparer.Ordinal);

    /// <summary>The uid by which the runtime knows a pod.</summary>
    public string RuntimeUid(string podUid) => shown.GetValueOrDefault(podUid, podUid);

    public void OnStatic(PodView pod) => Reconcile(pod.Namespace, pod.Name);

    public void OnMirror(StoreEventType type, PodView mirror)
    {
        if (type == StoreEventType.Deleted)
        {
            shown.TryRemove(mirror.Uid, out _);
        }
        else if (StaticPod.MirrorOf(mirror.Object) is { } uid)
        {
            shown[mirror.Uid] = uid;
        }

        if (mirror.Spec.NodeName == parts.Options.NodeName)
        {
            Reconcile(mirror.Namespace, mirror.Name);
        }
    }

    /// <summary>A mirror whose namespace or node was missing may be made now.</summary>
    public void ReconcileAll()
    {
        foreach (var pod in parts.Store.List(StaticPod.Prefix).Objects.Select(stored => new PodView(stored)))
        {
            Reconcile(pod.Namespace, pod.Name);
        }
    }

    private void Reconcile(string @namespace, string name)
    {
        lock (gate)
        {
            var key = ResourceKeys.Pod(@namespace, name);
            var pod = parts.Store.List(StaticPod.Prefix).Objects.Select(stored => new PodView(stored)).FirstOrDefault(pod => pod.Name == name && pod.Namespace == @namespace);
            var mirror = parts.Store.Get(key) is { } stored ? new PodView(stored) : null;
            if (mirror is not null && !StaticPod.IsMirror(mirror.Object))
            {
                // A pod of that name was there before.
                return;
            }

            if (mirror is not null && (pod is null || mirror.IsDeleted || StaticPod.MirrorOf(mirror.Object) != pod.Uid))
            {
                if (mirror.Object.Metadata.Finalizers is { Count: > 0 })
                {
                    return;
                }

                parts.Store.Delete(key);
                mirror = null;
            }

            if (pod is null)
            {
                return;
            }

            if (mirror is null)
            {
                Create(key, pod);
                return;
            }

            parts.Store.Update(key, document =>
            {
                var status = JsonNode.Parse(pod.Stored.Document.Span)!["status"];
                if (JsonNode.DeepEquals(status, document["status"]))
                {
                    return null;
                }

                document["status"] = status?.DeepClone();
                return document;
            });
        }
    }

    private void Create(string key, PodView pod)
    {
        var node = parts.Store.Get(ResourceKeys.Of("nodes", null, parts.Options.NodeName))?.View(Views.Parse<V1Node>);
        var space = parts.Store.Get(ResourceKeys.Of("namespaces", null, pod.Namespace))?.View(Views.Parse<V1Namespace>);
        if (pod.IsDeleted || node is null || space is null or { Metadata.DeletionTimestamp: not null })
        {
            return;
        }

        var mirror = StaticPod.Mirror((JsonObject)JsonNode.Parse(pod.Stored.Document.Span)!, node.Metadata.Uid, parts.Now);
        shown[(string)mirror["metadata"]!["uid"]!] = pod.Uid;
        parts.Store.Create(key, mirror);
    }
}
