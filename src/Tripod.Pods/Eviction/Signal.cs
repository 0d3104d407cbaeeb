namespace Tripod.Pods.Eviction;

/// <summary>What of the machine can become scarce, by the kubelet's names (Kubernetes: Node-pressure Eviction, Eviction signals).</summary>
public static class Signal
{
    public const string Memory = "memory.available", NodeDisk = "nodefs.available", NodeInodes = "nodefs.inodesFree";
    public const string ImageDisk = "imagefs.available", ImageInodes = "imagefs.inodesFree", Processes = "pid.available";

    internal const string MemoryPressure = "MemoryPressure", DiskPressure = "DiskPressure", PidPressure = "PIDPressure";

    public static IReadOnlyList<string> All { get; } = [Memory, NodeDisk, NodeInodes, ImageDisk, ImageInodes, Processes];

    /// <summary>The node's condition that says so.</summary>
    internal static string Condition(string signal) => signal switch
    {
        Memory => MemoryPressure,
        Processes => PidPressure,
        _ => DiskPressure,
    };

    /// <summary>What pods are ranked and blamed by.</summary>
    internal static string Resource(string signal) => signal switch
    {
        Memory => "memory",
        Processes => "pids",
        NodeInodes or ImageInodes => "inodes",
        _ => "ephemeral-storage",
    };
}
