using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Streaming;

/// <summary>The answer to a request that cannot be upgraded: the reason as plain text, which clients print.</summary>
internal static class UpgradeRefusal
{
    public static Task AnswerAsync(HttpContext http, int status, string reason)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync($"{reason}\n");
    }
}
