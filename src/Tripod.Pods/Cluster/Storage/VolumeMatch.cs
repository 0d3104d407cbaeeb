using k8s.Models;

namespace Tripod.Pods.Cluster.Storage;

/// <summary>Which volume suits a claim (Kubernetes: Persistent Volumes, Binding). Pure.</summary>
internal static class VolumeMatch
{
    /// <returns>The one that was made for the claim, else the smallest that is large enough; null where none is.</returns>
    public static V1PersistentVolume? Best(V1PersistentVolumeClaim claim, IEnumerable<V1PersistentVolume> volumes, V1Node? node)
    {
        var candidates = volumes.Where(volume => Suits(claim, volume, node)).ToList();
        return candidates.Find(volume => volume.Spec.ClaimRef is not null)
            ?? candidates.OrderBy(Capacity).ThenBy(volume => volume.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();
    }

    public static decimal Capacity(V1PersistentVolume volume) =>
        volume.Spec.Capacity?.TryGetValue("storage", out var capacity) == true ? capacity.ToDecimal() : 0;

    public static decimal Wanted(V1PersistentVolumeClaim claim) =>
        claim.Spec.Resources?.Requests?.TryGetValue("storage", out var wanted) == true ? wanted.ToDecimal() : 0;

    private static bool Suits(V1PersistentVolumeClaim claim, V1PersistentVolume volume, V1Node? node)
    {
        var reference = volume.Spec.ClaimRef;
        var isFree = reference is null || (reference.Name == claim.Metadata.Name && reference.NamespaceProperty == claim.Metadata.NamespaceProperty
            && (string.IsNullOrEmpty(reference.Uid) || reference.Uid == claim.Metadata.Uid));
        return isFree
            && volume.Metadata.DeletionTimestamp is null
            && volume.Status?.Phase is not ("Released" or "Failed")
            && (string.IsNullOrEmpty(claim.Spec.VolumeName) || claim.Spec.VolumeName == volume.Metadata.Name)
            && (claim.Spec.StorageClassName ?? "") == (volume.Spec.StorageClassName ?? "")
            && (claim.Spec.VolumeMode ?? "Filesystem") == (volume.Spec.VolumeMode ?? "Filesystem")
            && (claim.Spec.AccessModes ?? []).All(mode => volume.Spec.AccessModes?.Contains(mode) == true)
            && Capacity(volume) >= Wanted(claim)
            && (claim.Spec.Selector is null || LabelMatch.Selects(claim.Spec.Selector, volume.Metadata.Labels))
            && (node is null || volume.Spec.NodeAffinity?.Required is not { } terms || NodeFit.Matches(terms, node));
    }
}
