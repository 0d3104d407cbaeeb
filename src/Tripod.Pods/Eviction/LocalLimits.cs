using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Volumes;

namespace Tripod.Pods.Eviction;

/// <summary>Whether a pod has written more to the disk than it may (Kubernetes: Local ephemeral storage). Pure.</summary>
internal static class LocalLimits
{
    private const string Storage = "ephemeral-storage";

    /// <summary>Whether there is a limit to be kept, and so something to be measured.</summary>
    public static bool Has(V1PodSpec pod) => PodRequests.Limits(pod).ContainsKey(Storage) || EmptyDirs(pod).Any(volume => EmptyDir.SizeLimit(volume.EmptyDir) is not null);

    /// <summary>Those that are on the disk.</summary>
    public static IEnumerable<V1Volume> EmptyDirs(V1PodSpec pod) => (pod.Volumes ?? []).Where(volume => volume.EmptyDir is { Medium: null or "" });

    /// <returns>The message of the eviction; null where all is within its limits.</returns>
    public static string? Exceeded(V1PodSpec pod, PodUse use)
    {
        foreach (var volume in EmptyDirs(pod))
        {
            if (EmptyDir.SizeLimit(volume.EmptyDir) is { } most && use.Volumes.GetValueOrDefault(volume.Name) > most)
            {
                return EvictionWords.EmptyDir(volume.Name, volume.EmptyDir.SizeLimit!.ToString()!);
            }
        }

        if (PodRequests.Limits(pod).TryGetValue(Storage, out var total) && use.Disk > total)
        {
            return EvictionWords.PodLimit(IsBinary(pod) ? QuantityText.Binary((long)total) : QuantityText.Decimal((long)total));
        }

        foreach (var container in pod.Containers)
        {
            if (Limit(container) is { } limit && limit.ToDecimal() > 0 && use.Containers.Any(found => found.Name == container.Name && found.Disk > limit.ToDecimal()))
            {
                return EvictionWords.ContainerLimit(container.Name, limit.ToString());
            }
        }

        return null;
    }

    private static ResourceQuantity? Limit(V1Container container) =>
        container.Resources?.Limits?.TryGetValue(Storage, out var limit) == true ? limit : null;

    /// <summary>A sum is written as its first part was.</summary>
    private static bool IsBinary(V1PodSpec pod) =>
        pod.Containers.Concat(pod.InitContainers ?? []).Select(Limit).FirstOrDefault(limit => limit is not null)?.ToString().EndsWith('i') != false;
}
