namespace Tripod.Runtime;

/// <summary>What went wrong, in CRI's terms; each door maps it onto its own codes.</summary>
public enum RuntimeErrorKind
{
    NotFound,
    AlreadyExists,
    InvalidArgument,
    FailedPrecondition,
    Unavailable,
    PermissionDenied,
    ResourceExhausted,
    Internal,
}

/// <summary>A verb that could not be carried out. <see cref="Reason"/> is the kubelet's word for it where it has one (ErrImagePull, RunContainerError …).</summary>
public sealed class RuntimeException(RuntimeErrorKind kind, string message, string? reason = null, Exception? inner = null)
    : Exception(message, inner)
{
    public RuntimeErrorKind Kind { get; } = kind;

    public string? Reason { get; } = reason;
}
