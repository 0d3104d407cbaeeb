using System.Globalization;
using k8s.Models;
using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Pods.Capacity;

namespace Tripod.Pods.Volumes;

/// <summary>emptyDir volumes: a directory that lives as long as the pod, on disk, in memory, or of huge pages.</summary>
internal static class EmptyDir
{
    /// <summary>Owner and mode are given once, with the directory: what a container makes of them later stays.</summary>
    public static void SetUp(string folder, V1EmptyDirVolumeSource source, V1PodSpec pod)
    {
        var group = pod.SecurityContext?.FsGroup;
        var shared = group is null ? "mode=0777" : string.Create(CultureInfo.InvariantCulture, $"mode=2777,gid={group}");
        switch (source.Medium)
        {
            case null or "":
                MakeOnce(folder, group);
                break;
            case "Memory":
                MountOnce(folder, "tmpfs", string.Create(CultureInfo.InvariantCulture, $"{shared},size={MemorySize(source, pod)}"));
                break;
            case var medium when medium.StartsWith("HugePages", StringComparison.Ordinal):
                MountOnce(folder, "hugetlbfs", $"{shared},pagesize={PageSize(medium, pod)}");
                break;
            default:
                throw new VolumeException($"emptyDir medium {source.Medium} is unknown: write \"\", Memory or HugePages");
        }
    }

    public static long? SizeLimit(V1EmptyDirVolumeSource source) => source.SizeLimit?.ToDecimal() is > 0 and var limit ? (long)limit : null;

    /// <summary>Its own limit, but no more than the pod's containers may have together, nor than the machine has.</summary>
    private static long MemorySize(V1EmptyDirVolumeSource source, V1PodSpec pod)
    {
        var most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (PodRequests.IsLimited(pod, "memory"))
        {
            most = Math.Min(most, (long)PodRequests.Limits(pod).GetValueOrDefault("memory"));
        }

        return SizeLimit(source) is { } limit ? Math.Min(limit, most) : most;
    }

    /// <summary><c>HugePages-2Mi</c>; <c>HugePages</c> alone is the size that the pod's containers ask for.</summary>
    private static string PageSize(string medium, V1PodSpec pod)
    {
        var size = medium.Split('-', 2) is [_, var given]
            ? given
            : PodRequests.Of(pod).Keys.FirstOrDefault(name => name.StartsWith("hugepages-", StringComparison.Ordinal))?["hugepages-".Length..]
                ?? throw new VolumeException("emptyDir medium HugePages: no container of the pod asks for huge pages");
        return size.Replace("Mi", "M", StringComparison.Ordinal).Replace("Gi", "G", StringComparison.Ordinal);
    }

    private static void MakeOnce(string folder, long? group)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var unfinished = folder + ".new";
        Directory.CreateDirectory(unfinished);
        File.SetUnixFileMode(unfinished, (UnixFileMode)0x1FF); // 0777: containers of any user share it
        if (group is { } members)
        {
            TreeGroup.Give(unfinished, (uint)members, readOnly: false);
        }

        Directory.Move(unfinished, folder);
    }

    private static void MountOnce(string folder, string type, string data)
    {
        Directory.CreateDirectory(folder);
        if (!Mounts.IsMountPoint(folder))
        {
            Mounts.Mount(type, folder, type, MountFlags.NoSuid | MountFlags.NoDev, data);
        }
    }
}
