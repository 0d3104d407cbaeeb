namespace Tripod.Pods.Eviction;

/// <summary>What one container of a pod uses: bytes of memory, of its writable layer and of its logs, and inodes.</summary>
internal sealed record ContainerUse(string Name, long Memory = 0, long Written = 0, long Logs = 0, long Inodes = 0, long Processes = 0)
{
    public long Disk => Written + Logs;
}

/// <summary>What a pod uses of what can become scarce.</summary>
/// <param name="Volumes">By name, the bytes of those emptyDir volumes that are on the disk.</param>
/// <param name="Other">Bytes of what else is kept on the disk for it (hosts file, ConfigMaps).</param>
internal sealed record PodUse(IReadOnlyList<ContainerUse> Containers, IReadOnlyDictionary<string, long> Volumes, long Other = 0, long VolumeInodes = 0)
{
    public static readonly PodUse None = new([], new Dictionary<string, long>());

    public long Memory => Containers.Sum(container => container.Memory);

    public long Disk => Containers.Sum(container => container.Disk) + Volumes.Values.Sum() + Other;

    public long Inodes => Containers.Sum(container => container.Inodes) + VolumeInodes;

    public long Processes => Containers.Sum(container => container.Processes);

    public long Of(string resource) => resource switch
    {
        "memory" => Memory,
        "pids" => Processes,
        "inodes" => Inodes,
        _ => Disk,
    };
}
