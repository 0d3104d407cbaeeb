using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Linux.FileSystem;
using Tripod.Pods.Events;
using Tripod.Store;

namespace Tripod.Pods.Cluster.Storage;

/// <summary>
/// Keeps claims and volumes in step: default classes, claims that are bound at once, claims of ephemeral volumes, what is
/// in use and may not go, and what becomes of a volume without its claim. Handed every change of a claim, a volume or a
/// pod by the engine; looks at what is there each time.
/// </summary>
internal sealed class StorageController(ObjectStore store, ClaimBinder binder, EventRecorder events, TimeProvider clock)
{
    public const string ClaimFinalizer = "kubernetes.io/pvc-protection", VolumeFinalizer = "kubernetes.io/pv-protection";

    public void OnClaim(StoreEventType type, StoredObject stored)
    {
        var claim = stored.View(Views.Parse<V1PersistentVolumeClaim>);
        if (type == StoreEventType.Deleted)
        {
            foreach (var volume in binder.Volumes().Where(volume => volume.Spec.ClaimRef?.Uid == claim.Metadata.Uid))
            {
                Release(volume.Metadata.Name, claim.Metadata.Uid);
            }

            return;
        }

        if (claim.Metadata.DeletionTimestamp is not null)
        {
            if (!IsUsed(claim.Metadata.NamespaceProperty, claim.Metadata.Name))
            {
                LetGo(stored.Key, ClaimFinalizer);
            }

            return;
        }

        Protect(stored.Key, ClaimFinalizer);
        if (claim.Status?.Phase == "Bound")
        {
            return;
        }

        if (claim.Spec.StorageClassName is null && Default() is { } name)
        {
            store.Update(stored.Key, document =>
            {
                document["spec"]!["storageClassName"] ??= name;
                return document;
            });
            return;
        }

        var waits = binder.ClassOf(claim)?.VolumeBindingMode == "WaitForFirstConsumer" && string.IsNullOrEmpty(claim.Spec.VolumeName);
        if (waits)
        {
            events.Add(ClaimBinder.Target(claim), "Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding", "persistentvolume-controller");
        }
        else
        {
            binder.Bind(claim.Metadata.NamespaceProperty, claim.Metadata.Name, mayProvision: true);
        }
    }

    public void OnVolume(StoreEventType type, StoredObject stored)
    {
        var volume = stored.View(Views.Parse<V1PersistentVolume>);
        if (type == StoreEventType.Deleted)
        {
            return;
        }

        var claim = volume.Spec.ClaimRef;
        if (volume.Metadata.DeletionTimestamp is not null)
        {
            if (volume.Status?.Phase != "Bound")
            {
                LetGo(stored.Key, VolumeFinalizer);
            }

            return;
        }

        Protect(stored.Key, VolumeFinalizer);
        if (claim is null)
        {
            store.Update(stored.Key, document =>
            {
                // It may have been bound since, by a claim that was made with it.
                if (document["spec"]?["claimRef"] is not null)
                {
                    return null;
                }

                binder.Phase(document, "Available");
                return document;
            });
            Retry();
        }
        else if (!string.IsNullOrEmpty(claim.Uid) && store.Get(ResourceKeys.Of("persistentvolumeclaims", claim.NamespaceProperty, claim.Name))?.View(Views.Parse<V1PersistentVolumeClaim>).Metadata.Uid != claim.Uid)
        {
            Release(volume.Metadata.Name, claim.Uid);
        }
        else
        {
            Retry();
        }
    }

    /// <summary>Claims for its ephemeral volumes, as soon as it is there; and claims that only it held back.</summary>
    public void OnPod(StoreEventType type, StoredObject stored)
    {
        var pod = new PodView(stored);
        if (type != StoreEventType.Deleted && pod.Object.Metadata.DeletionTimestamp is null && !pod.IsTerminal)
        {
            foreach (var volume in (pod.Spec.Volumes ?? []).Where(volume => volume.Ephemeral is not null))
            {
                MakeClaim(pod, volume);
            }

            return;
        }

        foreach (var name in (pod.Spec.Volumes ?? []).Select(volume => Volumes.ClaimedVolumes.ClaimOf(pod, volume)).OfType<string>())
        {
            if (store.Get(ResourceKeys.Of("persistentvolumeclaims", pod.Namespace, name)) is { } claim)
            {
                OnClaim(StoreEventType.Modified, claim);
            }
        }
    }

    /// <summary>Claims that no volume was there for.</summary>
    private void Retry()
    {
        foreach (var stored in store.List(ResourceKeys.Prefix("persistentvolumeclaims")).Objects)
        {
            var claim = stored.View(Views.Parse<V1PersistentVolumeClaim>);
            if (claim.Status?.Phase != "Bound" && claim.Metadata.DeletionTimestamp is null && claim.Spec.StorageClassName is not null
                && (binder.ClassOf(claim)?.VolumeBindingMode != "WaitForFirstConsumer" || !string.IsNullOrEmpty(claim.Spec.VolumeName)))
            {
                binder.Bind(claim.Metadata.NamespaceProperty, claim.Metadata.Name, mayProvision: false);
            }
        }
    }

    private void MakeClaim(PodView pod, V1Volume volume)
    {
        var name = $"{pod.Name}-{volume.Name}";
        var key = ResourceKeys.Of("persistentvolumeclaims", pod.Namespace, name);
        if (store.Get(key) is not null)
        {
            return;
        }

        var template = JsonNode.Parse(pod.Stored.Document.Span)!["spec"]!["volumes"]!.AsArray().First(found => (string?)found!["name"] == volume.Name)!["ephemeral"]!["volumeClaimTemplate"]!;
        var made = NewObject.Make("PersistentVolumeClaim", pod.Namespace, name, clock.GetUtcNow());
        foreach (var field in (string[])["labels", "annotations"])
        {
            if (template["metadata"]?[field] is { } given)
            {
                made["metadata"]![field] = given.DeepClone();
            }
        }

        made["metadata"]!["finalizers"] = new JsonArray(ClaimFinalizer);
        made["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["name"] = pod.Name,
            ["uid"] = pod.Uid,
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        });
        made["spec"] = template["spec"]!.DeepClone();
        made["status"] = new JsonObject { ["phase"] = "Pending" };
        try
        {
            store.Create(key, made);
        }
        catch (KeyExistsException)
        {
            // Somebody was quicker; whose claim it is shows when it is used.
        }
    }

    private void Release(string name, string claimUid)
    {
        var key = ResourceKeys.Of("persistentvolumes", null, name);
        var released = store.Update(key, document =>
        {
            if ((string?)document["spec"]?["claimRef"]?["uid"] != claimUid)
            {
                return null;
            }

            binder.Phase(document, "Released");
            return document;
        })?.View(Views.Parse<V1PersistentVolume>);
        if (released?.Spec.PersistentVolumeReclaimPolicy != "Delete" || released.Spec.Local?.Path is not { } path
            || !path.StartsWith(binder.Folder + "/", StringComparison.Ordinal) || path.Contains("/../", StringComparison.Ordinal))
        {
            return;
        }

        if (Directory.Exists(path))
        {
            TreeRemoval.Remove(path);
        }

        store.Delete(key);
    }

    private string? Default() => store.List(ResourceKeys.Prefix("storageclasses")).Objects
        .Select(stored => stored.View(Views.Parse<V1StorageClass>))
        .Where(storageClass => storageClass.Metadata.Annotations?.TryGetValue(LocalPathClass.IsDefault, out var value) == true && value == "true")
        .OrderByDescending(storageClass => storageClass.Metadata.CreationTimestamp).ThenBy(storageClass => storageClass.Metadata.Name, StringComparer.Ordinal)
        .FirstOrDefault()?.Metadata.Name;

    private bool IsUsed(string @namespace, string claim) => store.List(ResourceKeys.Prefix("pods", @namespace)).Objects
        .Select(stored => new PodView(stored))
        .Any(pod => !pod.IsTerminal && !string.IsNullOrEmpty(pod.Spec.NodeName) && (pod.Spec.Volumes ?? []).Any(volume => Volumes.ClaimedVolumes.ClaimOf(pod, volume) == claim));

    private void Protect(string key, string finalizer) => store.Update(key, document =>
    {
        var finalizers = document["metadata"]!["finalizers"] as JsonArray ?? [];
        if (document["metadata"]!["deletionTimestamp"] is not null || finalizers.Any(known => (string?)known == finalizer))
        {
            return null;
        }

        finalizers.Add((JsonNode)finalizer);
        document["metadata"]!["finalizers"] = finalizers.DeepClone();
        return document;
    });

    /// <summary>Takes the finalizer away, and with the last one the object.</summary>
    private void LetGo(string key, string finalizer)
    {
        var left = store.Update(key, document =>
        {
            var finalizers = document["metadata"]!["finalizers"] as JsonArray ?? [];
            document["metadata"]!["finalizers"] = new JsonArray([.. finalizers.Where(known => (string?)known != finalizer).Select(known => known!.DeepClone())]);
            return document;
        });
        if (left is not null && JsonNode.Parse(left.Document.Span)!["metadata"] is JsonObject metadata && metadata["deletionTimestamp"] is not null && metadata["finalizers"] is not JsonArray { Count: > 0 })
        {
            try
            {
                store.Delete(key, left.Revision);
            }
            catch (RevisionConflictException)
            {
                // Written in between: that change comes here too.
            }
        }
    }
}
