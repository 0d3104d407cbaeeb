using System.Globalization;
using k8s.Models;
using Tripod.Linux;
using Tripod.Store;

namespace Tripod.Pods.Volumes;

/// <summary>
/// A pod's volumes below <c>ROOT/pods/UID/volumes</c>, laid out as the kubelet's. The worker asks for them before any
/// container starts, and again when a ConfigMap or Secret has changed; every call finds what an earlier one left.
/// </summary>
internal sealed class PodVolumes(ObjectStore store, PodEngineOptions options, TimeProvider clock)
{
    private readonly VolumeContent content = new(store);

    /// <exception cref="VolumeException"/>
    public void SetUp(PodView pod)
    {
        Directory.CreateDirectory(PodDirectory(pod.Uid), (UnixFileMode)0x1E8); // 0750
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                SetUp(pod, volume);
            }
            catch (Exception failure) when (failure is VolumeException or IOException or UnauthorizedAccessException)
            {
                throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {failure.Message}", failure);
            }
        }
    }

    /// <summary>Where a volume stands on the host, and whether its kind is only ever mounted read-only.</summary>
    public (string Path, bool ReadOnly) Locate(PodView pod, V1Volume volume) =>
        volume.HostPath is { } host ? (host.Path, false)
        : volume.EmptyDir is not null ? (Folder(pod.Uid, "kubernetes.io~empty-dir", volume.Name), false)
        : (Folder(pod.Uid, Kind(volume), volume.Name), true);

    /// <summary>Takes a pod's mounts and directories away.</summary>
    public void TearDown(string uid)
    {
        var directory = PodDirectory(uid);
        foreach (var point in Mounts.Below(directory))
        {
            Mounts.Unmount(point);
        }

        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public string PodDirectory(string uid) => Path.Combine(options.Root, "pods", uid);

    private void SetUp(PodView pod, V1Volume volume)
    {
        if (volume.HostPath is { } host)
        {
            HostPath.SetUp(host);
            return;
        }

        var folder = Locate(pod, volume).Path;
        if (volume.EmptyDir is { } empty)
        {
            EmptyDir(folder, empty);
            return;
        }

        var files = content.Of(pod, volume)
            ?? throw new VolumeException($"this kind of volume is not served; configMap, secret, downwardAPI, projected, emptyDir and hostPath are");
        Directory.CreateDirectory(folder);
        if (volume.Secret is not null || volume.Projected is not null)
        {
            // What is secret never reaches a disk.
            MountTmpfs(folder, "mode=0755");
        }

        AtomicFolder.Publish(folder, files, clock.GetUtcNow());
    }

    private static void EmptyDir(string folder, V1EmptyDirVolumeSource source)
    {
        Directory.CreateDirectory(folder);
        if (source.Medium == "Memory")
        {
            var size = source.SizeLimit?.ToDecimal() is > 0 and var limit ? string.Create(CultureInfo.InvariantCulture, $",size={(long)limit}") : "";
            MountTmpfs(folder, "mode=0777" + size);
        }
        else if (source.Medium is not (null or ""))
        {
            throw new VolumeException($"emptyDir medium {source.Medium} is not served; \"\" and Memory are");
        }

        File.SetUnixFileMode(folder, (UnixFileMode)0x1FF); // 0777: containers of any user share it
    }

    private static void MountTmpfs(string folder, string data)
    {
        if (!Mounts.IsMountPoint(folder))
        {
            Mounts.Mount("tmpfs", folder, "tmpfs", MountFlags.NoSuid | MountFlags.NoDev, data);
        }
    }

    private string Folder(string uid, string kind, string name) => Path.Combine(PodDirectory(uid), "volumes", kind, name);

    private static string Kind(V1Volume volume) =>
        volume.Secret is not null ? "kubernetes.io~secret"
        : volume.Projected is not null ? "kubernetes.io~projected"
        : volume.DownwardAPI is not null ? "kubernetes.io~downward-api"
        : "kubernetes.io~configmap";
}
