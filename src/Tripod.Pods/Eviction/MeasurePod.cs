using Tripod.Linux.FileSystem;
using Tripod.Pods.Planning;
using Tripod.Pods.Starting;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Eviction;

/// <summary>What a pod uses. Asked by the eviction loop: for memory and processes when they are scarce, for the disk also where the pod has limits to keep.</summary>
internal sealed class MeasurePod(PodParts parts)
{
    /// <summary>Memory and processes: one reading of each container's cgroup.</summary>
    public PodUse Running(PodView pod) => new(
        [.. Newest(pod).Where(container => container.State == ContainerState.Running).Select(Running)],
        new Dictionary<string, long>());

    /// <summary>The disk: walks what the pod has written. File systems with quotas are not asked for: they would have to be set up as such.</summary>
    public PodUse Disk(PodView pod, CancellationToken cancel)
    {
        var directory = parts.Volumes.PodDirectory(pod.Uid);
        var volumes = LocalLimits.EmptyDirs(pod.Spec).ToDictionary(volume => volume.Name, volume => TreeUsage.Of(parts.Volumes.Locate(pod, volume).Path, cancel));
        var all = TreeUsage.Of(directory, cancel);
        return new(
            [.. Newest(pod).Select(container => Written(pod, container, cancel))],
            volumes.ToDictionary(volume => volume.Key, volume => volume.Value.Bytes),
            Math.Max(0, all.Bytes - volumes.Values.Sum(volume => volume.Bytes)),
            all.Inodes);
    }

    private IEnumerable<ContainerStatus> Newest(PodView pod) =>
        PodObservation.ContainersOf(pod.Uid, parts.Runtime).GroupBy(container => container.Config.Name).Select(runs => runs.First());

    private ContainerUse Running(ContainerStatus container)
    {
        try
        {
            var used = parts.Runtime.ContainerUsage(container.Id);
            return new(container.Config.Name, Memory: used?.WorkingSet ?? 0, Processes: used?.Processes ?? 0);
        }
        catch (RuntimeException)
        {
            return new(container.Config.Name); // Removed meanwhile.
        }
    }

    private ContainerUse Written(PodView pod, ContainerStatus container, CancellationToken cancel)
    {
        var layer = TreeUsage.Of(parts.Runtime.ContainerFiles(container.Id).Upper, cancel);
        var logs = TreeUsage.Of(Path.Combine(SandboxConfigs.LogDirectory(parts.LogRoot, pod), container.Config.Name), cancel);
        return new(container.Config.Name, Written: layer.Bytes, Logs: logs.Bytes, Inodes: layer.Inodes + logs.Inodes);
    }
}
