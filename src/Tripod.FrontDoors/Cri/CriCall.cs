using Grpc.Core;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Cri;

/// <summary>Runs one call, and tells the client of a failure by gRPC's codes, which a kubelet decides by.</summary>
internal static class CriCall
{
    public static async Task<T> RunAsync<T>(CriParts parts, ServerCallContext call, Func<CancellationToken, Task<T>> operation)
    {
        try
        {
            return await operation(call.CancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException failure)
        {
            throw new RpcException(new(CodeOf(failure.Kind), failure.Message));
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new(call.Deadline < parts.Clock.GetUtcNow().UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled, $"{call.Method}: the caller waits no longer; the call may be repeated"));
        }
        catch (Exception full) when (Store.DiskFull.Is(full))
        {
            throw new RpcException(new(StatusCode.ResourceExhausted, $"no space left on device: {full.Message}"));
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            LogMessages.CallFailed(parts.Log, call.Method, failure);
            throw new RpcException(new(StatusCode.Internal, failure.Message));
        }
    }

    public static Task<T> RunAsync<T>(CriParts parts, ServerCallContext call, Func<T> operation) => RunAsync(parts, call, _ => Task.FromResult(operation()));

    /// <summary>An operation that the request gives so many seconds; 0 or less: as long as the caller waits.</summary>
    /// <param name="late">What is told where they were not enough.</param>
    public static async Task<T> WithinAsync<T>(long seconds, CancellationToken cancel, Func<CancellationToken, Task<T>> operation, Func<string> late)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (seconds > 0)
        {
            time.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        try
        {
            return await operation(time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.DeadlineExceeded, late()));
        }
    }

    private static StatusCode CodeOf(RuntimeErrorKind kind) => kind switch
    {
        RuntimeErrorKind.NotFound => StatusCode.NotFound,
        RuntimeErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        RuntimeErrorKind.InvalidArgument => StatusCode.InvalidArgument,
        RuntimeErrorKind.FailedPrecondition => StatusCode.FailedPrecondition,
        RuntimeErrorKind.Unavailable => StatusCode.Unavailable,
        RuntimeErrorKind.PermissionDenied => StatusCode.PermissionDenied,
        RuntimeErrorKind.ResourceExhausted => StatusCode.ResourceExhausted,
        _ => StatusCode.Internal,
    };
}
