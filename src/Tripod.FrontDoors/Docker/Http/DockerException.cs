using Tripod.Runtime;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>An answer other than success: the status and the message of Docker's error object.</summary>
internal sealed class DockerException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Status { get; } = status;

    public static DockerException Of(RuntimeException failure) => new(
        failure.Kind switch
        {
            RuntimeErrorKind.NotFound => 404,
            RuntimeErrorKind.InvalidArgument => 400,
            RuntimeErrorKind.AlreadyExists or RuntimeErrorKind.FailedPrecondition => 409,
            RuntimeErrorKind.PermissionDenied => 403,
            _ => 500,
        },
        failure.Message,
        failure);
}
