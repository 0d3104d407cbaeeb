namespace Tripod.Pods.Starting;

/// <summary>A container cannot be started now. <see cref="Reason"/> is the kubelet's: CreateContainerConfigError, ErrImagePull …</summary>
internal sealed class ContainerProblem(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
