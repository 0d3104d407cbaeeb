using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Answers that are a Status object: every refusal, and the success that has no object to show.</summary>
internal static class StatusAnswer
{
    public static Task WriteAsync(HttpContext http, ApiException refusal)
    {
        if (refusal.Code == 429 || refusal.Code == 503)
        {
            http.Response.Headers.RetryAfter = "1";
        }

        return JsonAnswer.WriteAsync(http, refusal.Code, JsonBytes.Of(refusal.ToStatus()));
    }

    /// <param name="http">Where to.</param>
    /// <param name="code">200 or 201.</param>
    /// <param name="details">What it was done to; null where that is plain.</param>
    public static Task WriteSuccessAsync(HttpContext http, int code, JsonObject? details = null)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
        };
        if (details is not null)
        {
            status["details"] = details;
        }

        return JsonAnswer.WriteAsync(http, code, JsonBytes.Of(status));
    }
}
