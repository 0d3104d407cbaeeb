using System.Net.Sockets;

namespace Tripod.Runtime.Images.Registry;

/// <summary>One place could not serve what was asked. The next place may; <see cref="PullImage"/> tells the user of the last.</summary>
internal sealed class RegistryFailure(RuntimeErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public RuntimeErrorKind Kind { get; } = kind;

    public static RegistryFailure Unreachable(string authority, Exception inner)
    {
        var why = inner switch
        {
            TaskCanceledException or TimeoutException => "no answer in time",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the name cannot be resolved",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                $"TLS failed: {inner.InnerException?.Message ?? inner.Message} (a registry without a known certificate needs insecure: true under registries: in the configuration)",
            HttpRequestException { InnerException: SocketException socket } => socket.Message.ToLowerInvariant(),
            _ => inner.Message,
        };
        return new(RuntimeErrorKind.Unavailable, $"registry {authority} unreachable: {why}", inner);
    }
}
