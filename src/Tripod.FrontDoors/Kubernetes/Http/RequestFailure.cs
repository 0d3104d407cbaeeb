using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>The door's one error mapper.</summary>
internal static class RequestFailure
{
    public static Task AnswerAsync(HttpContext http, Exception failure, ILogger log)
    {
        if (failure is OperationCanceledException && http.RequestAborted.IsCancellationRequested)
        {
            return Task.CompletedTask;
        }

        var refusal = Refusal(failure);
        if (refusal.Code >= 500 && failure is not ApiException)
        {
            LogMessages.RequestFailed(log, http.Request.Method, http.Request.Path, failure);
        }

        if (http.Response.HasStarted)
        {
            // The client must not take what it has for the whole answer.
            http.Abort();
            return Task.CompletedTask;
        }

        http.Response.Clear();
        return StatusAnswer.WriteAsync(http, refusal);
    }

    private static ApiException Refusal(Exception failure) => failure switch
    {
        ApiException refusal => refusal,
        BadHttpRequestException { StatusCode: 413 } => ApiException.RequestEntityTooLarge(Bodies.RequestBody.MaxBytes),
        BadHttpRequestException malformed => new(malformed.StatusCode, "BadRequest", malformed.Message),
        DbException or IOException when DiskFull.Is(failure) => ApiException.InsufficientStorage(),
        DbException or IOException => ApiException.Internal($"the object could not be stored: {failure.Message}"),
        ObjectDisposedException or OperationCanceledException => ApiException.ServiceUnavailable("the engine is stopping"),
        _ => ApiException.Internal(failure.Message),
    };
}
