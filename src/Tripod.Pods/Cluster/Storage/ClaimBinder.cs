using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Pods.Status;
using Tripod.Store;

namespace Tripod.Pods.Cluster.Storage;

/// <summary>
/// Binds a claim to a volume that is there, or to one that it makes by the claim's class. Asked by the
/// <see cref="StorageController"/> for claims that are bound at once, by the scheduler for those that wait for their first pod.
/// </summary>
internal sealed class ClaimBinder(ObjectStore store, PodEngineOptions options, EventRecorder events, TimeProvider clock)
{
    private const string BoundByController = "pv.kubernetes.io/bound-by-controller", Completed = "pv.kubernetes.io/bind-completed", ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    private readonly Lock gate = new();

    public string Folder => Path.Combine(options.Root, "local-path");

    /// <param name="mayProvision">A pod waits for it, or its class wants no pod to wait for.</param>
    /// <returns>Null when the claim is bound; else why it is not.</returns>
    public string? Bind(string @namespace, string name, bool mayProvision)
    {
        lock (gate)
        {
            var key = ResourceKeys.Of("persistentvolumeclaims", @namespace, name);
            if (store.Get(key)?.View(Views.Parse<V1PersistentVolumeClaim>) is not { } claim)
            {
                return $"persistentvolumeclaim \"{name}\" not found";
            }

            if (claim.Metadata.DeletionTimestamp is not null)
            {
                return $"persistentvolumeclaim \"{name}\" is being deleted";
            }

            if (claim.Status?.Phase == "Bound")
            {
                return null;
            }

            var node = store.Get(ResourceKeys.Of("nodes", null, options.NodeName))?.View(Views.Parse<V1Node>);
            var volume = VolumeMatch.Best(claim, Volumes(), node);
            if (volume is null && !mayProvision)
            {
                return "pod has unbound immediate PersistentVolumeClaims";
            }

            return Complete(key, claim, volume?.Metadata.Name ?? Provision(claim));
        }
    }

    public IEnumerable<V1PersistentVolume> Volumes() =>
        store.List(ResourceKeys.Prefix("persistentvolumes")).Objects.Select(stored => stored.View(Views.Parse<V1PersistentVolume>));

    public V1StorageClass? ClassOf(V1PersistentVolumeClaim claim) => string.IsNullOrEmpty(claim.Spec.StorageClassName) ? null
        : store.Get(ResourceKeys.Of("storageclasses", null, claim.Spec.StorageClassName))?.View(Views.Parse<V1StorageClass>);

    /// <returns>The volume's name; null where the class makes none, which an event says.</returns>
    private string? Provision(V1PersistentVolumeClaim claim)
    {
        var storageClass = ClassOf(claim);
        if (storageClass?.Provisioner != LocalPathClass.Provisioner || claim.Spec.VolumeMode == "Block" || claim.Spec.Selector is not null || !string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            var (reason, why) = string.IsNullOrEmpty(claim.Spec.StorageClassName) ? ("FailedBinding", "no persistent volumes available for this claim and no storage class is set")
                : storageClass is null ? ("ProvisioningFailed", $"storageclass.storage.k8s.io \"{claim.Spec.StorageClassName}\" not found")
                : storageClass.Provisioner != LocalPathClass.Provisioner ? ("ExternalProvisioning", $"Waiting for a volume to be created either by the external provisioner '{storageClass.Provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.")
                : ("ProvisioningFailed", $"class {storageClass.Metadata.Name} makes directories: it has neither block volumes nor selectors");
            events.Add(Target(claim), reason == "ExternalProvisioning" ? "Normal" : "Warning", reason, why, "persistentvolume-controller");
            return null;
        }

        var name = $"pvc-{claim.Metadata.Uid}";
        var path = Path.Combine(Folder, $"{name}_{claim.Metadata.NamespaceProperty}_{claim.Metadata.Name}");
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0x1FF); // 0777: containers of any user write there
        var key = ResourceKeys.Of("persistentvolumes", null, name);
        if (store.Get(key) is null)
        {
            store.Create(key, Volume(name, path, claim, storageClass));
        }

        events.Add(Target(claim), "Normal", "ProvisioningSucceeded", $"Successfully provisioned volume {name}", LocalPathClass.Provisioner);
        return name;
    }

    private JsonObject Volume(string name, string path, V1PersistentVolumeClaim claim, V1StorageClass storageClass)
    {
        var made = NewObject.Make("PersistentVolume", null, name, clock.GetUtcNow());
        made["metadata"]!["annotations"] = new JsonObject { [ProvisionedBy] = LocalPathClass.Provisioner };
        made["metadata"]!["finalizers"] = new JsonArray(StorageController.VolumeFinalizer);
        made["spec"] = new JsonObject
        {
            ["capacity"] = new JsonObject { ["storage"] = claim.Spec.Resources.Requests["storage"].ToString() },
            ["accessModes"] = new JsonArray([.. claim.Spec.AccessModes.Select(mode => JsonValue.Create(mode))]),
            ["persistentVolumeReclaimPolicy"] = storageClass.ReclaimPolicy ?? "Delete",
            ["storageClassName"] = storageClass.Metadata.Name,
            ["volumeMode"] = "Filesystem",
            ["local"] = new JsonObject { ["path"] = path },
            ["nodeAffinity"] = new JsonObject
            {
                ["required"] = new JsonObject
                {
                    ["nodeSelectorTerms"] = new JsonArray(new JsonObject
                    {
                        ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "kubernetes.io/hostname", ["operator"] = "In", ["values"] = new JsonArray(options.NodeName) }),
                    }),
                },
            },
        };
        made["status"] = new JsonObject { ["phase"] = "Pending" };
        return made;
    }

    private string? Complete(string key, V1PersistentVolumeClaim claim, string? volume)
    {
        if (volume is null)
        {
            return "pod has unbound immediate PersistentVolumeClaims";
        }

        var bound = store.Update(ResourceKeys.Of("persistentvolumes", null, volume), document =>
        {
            document["spec"]!["claimRef"] = new JsonObject
            {
                ["kind"] = "PersistentVolumeClaim",
                ["apiVersion"] = "v1",
                ["namespace"] = claim.Metadata.NamespaceProperty,
                ["name"] = claim.Metadata.Name,
                ["uid"] = claim.Metadata.Uid,
            };
            Phase(document, "Bound");
            return document;
        })?.View(Views.Parse<V1PersistentVolume>);
        if (bound is null)
        {
            return $"persistentvolume \"{volume}\" not found";
        }

        store.Update(key, document =>
        {
            if ((string?)document["metadata"]!["uid"] != claim.Metadata.Uid)
            {
                return null;
            }

            var annotations = document["metadata"]!["annotations"] as JsonObject ?? [];
            (annotations[Completed], annotations[BoundByController]) = ("yes", "yes");
            document["metadata"]!["annotations"] = annotations.DeepClone();
            document["spec"]!["volumeName"] = volume;
            document["status"] = new JsonObject
            {
                ["phase"] = "Bound",
                ["accessModes"] = new JsonArray([.. bound.Spec.AccessModes.Select(mode => JsonValue.Create(mode))]),
                ["capacity"] = new JsonObject { ["storage"] = bound.Spec.Capacity["storage"].ToString() },
            };
            return document;
        });
        return null;
    }

    internal void Phase(JsonObject volume, string phase)
    {
        var status = volume["status"] as JsonObject ?? [];
        if ((string?)status["phase"] != phase)
        {
            status["phase"] = phase;
            status["lastPhaseTransitionTime"] = ContainerStates.Time(clock.GetUtcNow());
            volume["status"] = status.DeepClone();
        }
    }

    internal static EventTarget Target(V1PersistentVolumeClaim claim) =>
        new("PersistentVolumeClaim", claim.Metadata.NamespaceProperty, claim.Metadata.Name, claim.Metadata.Uid, claim.Metadata.ResourceVersion ?? "");
}
