using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>A wish for storage; the pod engine binds it to a volume.</summary>
internal static class PersistentVolumeClaimKind
{
    private const string Unset = "<unset>";

    public static ServedKind Row { get; } = new()
    {
        Kind = "PersistentVolumeClaim",
        Plural = "persistentvolumeclaims",
        Singular = "persistentvolumeclaim",
        ShortNames = ["pvc"],
        Subresources = [new("status", "PersistentVolumeClaim", Verbs.Status)],
        Columns =
        [
            TableColumn.ObjectName,
            new("Status", "whether it has a volume"),
            new("Volume", "the volume that it has"),
            new("Capacity", "how much it has"),
            new("Access Modes", "who may use it at a time"),
            new("StorageClass", "the class that its volume is made by"),
            new("VolumeAttributesClass", "the attributes that its volume shall have"),
            TableColumn.Age,
            new("VolumeMode", "a file system or a block device", Wide: true),
        ],
        Row = (claim, now) =>
        [
            claim.Text("metadata", "name"),
            claim.Has("metadata", "deletionTimestamp") ? "Terminating" : claim.Text("status", "phase"),
            claim.Text("spec", "volumeName"),
            claim.Text("status", "capacity", "storage"),
            AccessModes.Short(claim, "status", "accessModes"),
            claim.Text("spec", "storageClassName"),
            claim.Text("spec", "volumeAttributesClassName") is { Length: > 0 } attributes ? attributes : Unset,
            HumanDuration.Since(claim.Moment("metadata", "creationTimestamp"), now),
            claim.Text("spec", "volumeMode"),
        ],
        PrepareForCreate = claim => claim["status"] = new System.Text.Json.Nodes.JsonObject { ["phase"] = "Pending" },
    };
}
