using k8s.Models;
using Tripod.Store;

namespace Tripod.Pods.Volumes;

/// <summary>Volumes that a pod has through a claim: a persistentVolumeClaim, or one that was made for an ephemeral volume.</summary>
internal sealed class ClaimedVolumes(ObjectStore store)
{
    /// <summary>The claim's name; null for a volume of another kind.</summary>
    public static string? ClaimOf(PodView pod, V1Volume volume) =>
        volume.PersistentVolumeClaim is { } claim ? claim.ClaimName
        : volume.Ephemeral is not null ? $"{pod.Name}-{volume.Name}"
        : null;

    /// <summary>Where the claim's volume is on this machine.</summary>
    /// <exception cref="VolumeException">It is not bound to one that this machine has.</exception>
    public (string Path, bool ReadOnly) Locate(PodView pod, string name)
    {
        var (claim, volume) = Find(pod, name);
        var path = volume.Spec.Local?.Path ?? volume.Spec.HostPath?.Path
            ?? throw new VolumeException($"persistent volume {volume.Metadata.Name} is of a kind that tripod does not have: use local, hostPath or nfs");
        if (claim.Spec.VolumeMode != "Block" && volume.Spec.HostPath is { } host)
        {
            HostPath.SetUp(host);
        }
        else if (!Directory.Exists(path) && !File.Exists(path))
        {
            throw new VolumeException($"path {path} of persistent volume {volume.Metadata.Name} does not exist");
        }

        return (path, IsReadOnly(claim));
    }

    /// <summary>What the claim's volume is where another machine has it, with the volume's name; null: it is on this one.</summary>
    /// <exception cref="VolumeException">It is not bound.</exception>
    public (string Volume, NfsShare Share)? Share(PodView pod, string name)
    {
        var (claim, volume) = Find(pod, name);
        return volume.Spec.Nfs is { } nfs
            ? (volume.Metadata.Name, new(nfs.Server, nfs.Path, nfs.ReadOnlyProperty == true || IsReadOnly(claim), [.. volume.Spec.MountOptions ?? []]))
            : null;
    }

    public bool IsBlock(PodView pod, string name) => Find(pod, name).Claim.Spec.VolumeMode == "Block";

    /// <summary>A directory of the host's own keeps its owners.</summary>
    public bool TakesGroup(PodView pod, string name) => Find(pod, name) is { Claim.Spec.VolumeMode: not "Block", Volume.Spec.Local: not null };

    private static bool IsReadOnly(V1PersistentVolumeClaim claim) => claim.Spec.AccessModes is [var only] && only == "ReadOnlyMany";

    private (V1PersistentVolumeClaim Claim, V1PersistentVolume Volume) Find(PodView pod, string name)
    {
        var claim = store.Get(ResourceKeys.Of("persistentvolumeclaims", pod.Namespace, name))?.View(Views.Parse<V1PersistentVolumeClaim>)
            ?? throw new VolumeException($"persistentvolumeclaim \"{name}\" not found");
        var volume = string.IsNullOrEmpty(claim.Spec.VolumeName) || claim.Status?.Phase != "Bound" ? null
            : store.Get(ResourceKeys.Of("persistentvolumes", null, claim.Spec.VolumeName))?.View(Views.Parse<V1PersistentVolume>);
        return volume is not null ? (claim, volume) : throw new VolumeException($"persistentvolumeclaim \"{name}\" is not bound to a volume");
    }
}
