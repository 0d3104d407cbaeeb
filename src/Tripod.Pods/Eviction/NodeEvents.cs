using Tripod.Pods.Events;

namespace Tripod.Pods.Eviction;

/// <summary>How the kubelet names what happens to its node.</summary>
internal static class NodeEvents
{
    /// <summary>Its uid is its name: so <c>kubectl describe node</c> looks for it.</summary>
    public static EventTarget Target(string node) => new("Node", "default", node, node);

    public static string Word(string condition, bool holds) => condition switch
    {
        Signal.MemoryPressure => holds ? "NodeHasInsufficientMemory" : "NodeHasSufficientMemory",
        Signal.PidPressure => holds ? "NodeHasInsufficientPID" : "NodeHasSufficientPID",
        _ => holds ? "NodeHasDiskPressure" : "NodeHasNoDiskPressure",
    };

    /// <summary>Reason and message of the node's condition.</summary>
    public static (string Reason, string Message) Condition(string condition, bool holds) => condition switch
    {
        Signal.MemoryPressure => holds ? ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available") : ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        Signal.PidPressure => holds ? ("KubeletHasInsufficientPID", "kubelet has insufficient PID available") : ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        _ => holds ? ("KubeletHasDiskPressure", "kubelet has disk pressure") : ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    };
}
