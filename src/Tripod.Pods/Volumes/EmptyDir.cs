using System.Globalization;
using k8s.Models;
using Tripod.Linux;
using Tripod.Pods.Capacity;

namespace Tripod.Pods.Volumes;

/// <summary>emptyDir volumes: a directory that lives as long as the pod, on disk, in memory, or of huge pages.</summary>
internal static class EmptyDir
{
    public static void SetUp(string folder, V1EmptyDirVolumeSource source, V1PodSpec pod)
    {
        Directory.CreateDirectory(folder);
        switch (source.Medium)
        {
            case null or "":
                break;
            case "Memory":
                MountOnce(folder, "tmpfs", string.Create(CultureInfo.InvariantCulture, $"mode=0777,size={MemorySize(source, pod)}"));
                break;
            case var medium when medium.StartsWith("HugePages", StringComparison.Ordinal):
                MountOnce(folder, "hugetlbfs", $"mode=0777,pagesize={PageSize(medium, pod)}");
                break;
            default:
                throw new VolumeException($"emptyDir medium {source.Medium} is unknown: write \"\", Memory or HugePages");
        }

        File.SetUnixFileMode(folder, (UnixFileMode)0x1FF); // 0777: containers of any user share it
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

    private static void MountOnce(string folder, string type, string data)
    {
        if (!Mounts.IsMountPoint(folder))
        {
            Mounts.Mount(type, folder, type, MountFlags.NoSuid | MountFlags.NoDev, data);
        }
    }
}
