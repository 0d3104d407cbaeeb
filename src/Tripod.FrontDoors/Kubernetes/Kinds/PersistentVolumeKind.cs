using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Storage that claims are bound to.</summary>
internal static class PersistentVolumeKind
{
    private const string Unset = "<unset>";

    public static ServedKind Row { get; } = new()
    {
        Kind = "PersistentVolume",
        Plural = "persistentvolumes",
        Singular = "persistentvolume",
        ShortNames = ["pv"],
        Namespaced = false,
        Subresources = [new("status", "PersistentVolume", Verbs.Status)],
        Columns =
        [
            TableColumn.ObjectName,
            new("Capacity", "how much it holds"),
            new("Access Modes", "who may use it at a time"),
            new("Reclaim Policy", "what becomes of it without its claim"),
            new("Status", "whether a claim has it"),
            new("Claim", "the claim that has it"),
            new("StorageClass", "the class that it belongs to"),
            new("VolumeAttributesClass", "the attributes that it has"),
            new("Reason", "why it failed"),
            TableColumn.Age,
            new("VolumeMode", "a file system or a block device", Wide: true),
        ],
        Row = (volume, now) =>
        [
            volume.Text("metadata", "name"),
            volume.Text("spec", "capacity", "storage"),
            AccessModes.Short(volume, "spec", "accessModes"),
            volume.Text("spec", "persistentVolumeReclaimPolicy"),
            volume.Has("metadata", "deletionTimestamp") ? "Terminating" : volume.Text("status", "phase"),
            volume.Has("spec", "claimRef") ? $"{volume.Text("spec", "claimRef", "namespace")}/{volume.Text("spec", "claimRef", "name")}" : "",
            volume.Text("spec", "storageClassName"),
            volume.Text("spec", "volumeAttributesClassName") is { Length: > 0 } attributes ? attributes : Unset,
            volume.Text("status", "reason"),
            HumanDuration.Since(volume.Moment("metadata", "creationTimestamp"), now),
            volume.Text("spec", "volumeMode"),
        ],
        PrepareForCreate = volume => volume["status"] = new System.Text.Json.Nodes.JsonObject { ["phase"] = "Pending" },
    };
}
