using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>How volumes are made for claims. The class local-path is made at start.</summary>
internal static class StorageClassKind
{
    private const string Default = "storageclass.kubernetes.io/is-default-class";

    public static ServedKind Row { get; } = new()
    {
        Group = "storage.k8s.io",
        Kind = "StorageClass",
        Plural = "storageclasses",
        Singular = "storageclass",
        ShortNames = ["sc"],
        Namespaced = false,
        Columns =
        [
            TableColumn.ObjectName,
            new("Provisioner", "who makes its volumes"),
            new("ReclaimPolicy", "what becomes of them without their claim"),
            new("VolumeBindingMode", "when they are made"),
            new("AllowVolumeExpansion", "whether claims may grow"),
            TableColumn.Age,
        ],
        Row = (storageClass, now) =>
        [
            storageClass.Text("metadata", "name") + (storageClass.Text("metadata", "annotations", Default) == "true" ? " (default)" : ""),
            storageClass.Text("provisioner"),
            storageClass.Text("reclaimPolicy"),
            storageClass.Text("volumeBindingMode"),
            storageClass.Flag("allowVolumeExpansion") ? "true" : "false",
            HumanDuration.Since(storageClass.Moment("metadata", "creationTimestamp"), now),
        ],
    };
}
