using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>Volumes, claims and classes.</summary>
public static class StorageDefaults
{
    public static void ApplyToVolume(JsonObject volume)
    {
        var spec = volume.MapOrNew("spec");
        spec.Default("persistentVolumeReclaimPolicy", "Retain");
        spec.Default("volumeMode", "Filesystem");
        if (spec.Map("hostPath") is { } path && path["type"] is null)
        {
            path["type"] = "";
        }
        volume.MapOrNew("status").Default("phase", "Pending");
    }

    public static void ApplyToClaim(JsonObject claim)
    {
        ApplyToClaimSpec(claim.MapOrNew("spec"));
        claim.MapOrNew("status").Default("phase", "Pending");
    }

    public static void ApplyToClass(JsonObject storageClass)
    {
        storageClass.Default("reclaimPolicy", "Delete");
        storageClass.Default("volumeBindingMode", "Immediate");
    }

    internal static void ApplyToClaimSpec(JsonObject spec) => spec.Default("volumeMode", "Filesystem");
}
