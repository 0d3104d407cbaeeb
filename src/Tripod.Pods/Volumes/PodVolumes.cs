using k8s.Models;
using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Pods.Accounts;
using Tripod.Store;

namespace Tripod.Pods.Volumes;

/// <summary>
/// A pod's volumes below <c>ROOT/pods/UID/volumes</c>, laid out as the kubelet's. The worker asks for them before any
/// container starts, and again when what they show has changed; every call finds what an earlier one left.
/// </summary>
internal sealed class PodVolumes(ObjectStore store, PodEngineOptions options, AccountTokens tokens, TimeProvider clock)
{
    private const UnixFileMode RootOnly = (UnixFileMode)0x1E8; // 0750

    private readonly VolumeContent content = new(store, tokens, options.Root, clock);
    private readonly ClaimedVolumes claims = new(store);

    /// <returns>When what they show has to be looked at again, though nobody changed it; null: never.</returns>
    /// <exception cref="VolumeException"/>
    public DateTimeOffset? SetUp(PodView pod)
    {
        Directory.CreateDirectory(PodDirectory(pod.Uid), RootOnly);
        DateTimeOffset? again = null;
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                again = Sooner(again, SetUp(pod, volume));
            }
            catch (Exception failure) when (failure is VolumeException or IOException or UnauthorizedAccessException)
            {
                throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {failure.Message}", failure);
            }
        }

        return again;
    }

    /// <summary>Where a volume stands on the host, and whether its kind is only ever mounted read-only.</summary>
    /// <exception cref="VolumeException">A claim that is not bound.</exception>
    public (string Path, bool ReadOnly) Locate(PodView pod, V1Volume volume) =>
        volume.HostPath is { } host ? (host.Path, false)
        : Share(pod, volume) is var (name, share) ? (Folder(pod.Uid, "kubernetes.io~nfs", name), share.ReadOnly)
        : ClaimedVolumes.ClaimOf(pod, volume) is { } claim ? claims.Locate(pod, claim)
        : (Folder(pod.Uid, Kind(volume), volume.Name), volume.EmptyDir is null);

    /// <summary>Takes the volumes away of a pod that is over; what its containers left to say stays.</summary>
    public void Release(string uid)
    {
        var directory = PodDirectory(uid);
        foreach (var point in Mounts.Below(directory))
        {
            Mounts.Unmount(point);
        }

        foreach (var below in (string[])["volumes", SubPaths.Folder])
        {
            if (Path.Combine(directory, below) is var path && Directory.Exists(path))
            {
                TreeRemoval.Remove(path);
            }
        }
    }

    /// <exception cref="VolumeException">A claim that is not bound.</exception>
    public bool IsBlock(PodView pod, V1Volume volume) => ClaimedVolumes.ClaimOf(pod, volume) is { } claim && claims.IsBlock(pod, claim);

    /// <summary>Takes a pod's mounts and directories away.</summary>
    public void TearDown(string uid)
    {
        content.Forget(uid);
        var directory = PodDirectory(uid);
        foreach (var point in Mounts.Below(directory))
        {
            Mounts.Unmount(point);
        }

        if (Directory.Exists(directory))
        {
            // A container may have left any name and any depth in an emptyDir.
            TreeRemoval.Remove(directory);
        }
    }

    public string PodDirectory(string uid) => Path.Combine(options.Root, "pods", uid);

    /// <returns>When to look again.</returns>
    private DateTimeOffset? SetUp(PodView pod, V1Volume volume)
    {
        if (volume.HostPath is { } host)
        {
            HostPath.SetUp(host);
            return null;
        }

        var group = pod.Spec.SecurityContext?.FsGroup;
        var (folder, readOnly) = Locate(pod, volume);
        if (Share(pod, volume) is var (_, share))
        {
            share.SetUp(folder);
            return null;
        }

        if (ClaimedVolumes.ClaimOf(pod, volume) is { } claim)
        {
            if (group is { } owner && claims.TakesGroup(pod, claim))
            {
                GiveTo(folder, (uint)owner, readOnly, pod.Spec.SecurityContext?.FsGroupChangePolicy == "OnRootMismatch");
            }

            return null;
        }

        if (volume.Image is not null)
        {
            // Pulled and mounted with the first container that has it, as images are.
            Directory.CreateDirectory(folder);
            return null;
        }

        if (volume.EmptyDir is { } empty)
        {
            EmptyDir.SetUp(folder, empty, pod.Spec);
            return null;
        }

        var (files, again) = content.Of(pod, volume, folder)
            ?? throw new VolumeException($"volumes of kind {VolumeKinds.NameOf(volume)} are not supported by tripod: use {VolumeKinds.Served}");
        Directory.CreateDirectory(folder);
        if (volume.Secret is not null || volume.Projected is not null)
        {
            // What is secret never reaches a disk.
            if (!Mounts.IsMountPoint(folder))
            {
                Mounts.Mount("tmpfs", folder, "tmpfs", MountFlags.NoSuid | MountFlags.NoDev, "mode=0755");
            }
        }

        AtomicFolder.Publish(folder, files, (int?)group, clock.GetUtcNow());
        return again;
    }

    /// <summary>What another machine has, and what it is called here; null: this one has it.</summary>
    private (string Name, NfsShare Share)? Share(PodView pod, V1Volume volume) =>
        volume.Nfs is { } nfs ? (volume.Name, new(nfs.Server, nfs.Path, nfs.ReadOnlyProperty == true, []))
        : ClaimedVolumes.ClaimOf(pod, volume) is { } claim ? claims.Share(pod, claim)
        : null;

    private static void GiveTo(string folder, uint group, bool readOnly, bool onRootMismatch)
    {
        if (!onRootMismatch || !TreeGroup.IsGiven(folder, group, readOnly))
        {
            TreeGroup.Give(folder, group, readOnly);
        }
    }

    private string Folder(string uid, string kind, string name) => Path.Combine(PodDirectory(uid), "volumes", kind, name);

    private static string Kind(V1Volume volume) =>
        volume.EmptyDir is not null ? "kubernetes.io~empty-dir"
        : volume.Secret is not null ? "kubernetes.io~secret"
        : volume.Projected is not null ? "kubernetes.io~projected"
        : volume.DownwardAPI is not null ? "kubernetes.io~downward-api"
        : volume.Image is not null ? "kubernetes.io~image"
        : "kubernetes.io~configmap";

    private static DateTimeOffset? Sooner(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
