using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Whether the door answers; open to everyone, since it says nothing else.</summary>
internal static class Health
{
    public static bool Is(string path) => path is "/healthz" or "/livez" or "/readyz"
        || path.StartsWith("/healthz/", StringComparison.Ordinal) || path.StartsWith("/livez/", StringComparison.Ordinal) || path.StartsWith("/readyz/", StringComparison.Ordinal);

    public static Task AnswerAsync(HttpContext http, string path)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(
            http.Request.Query.ContainsKey("verbose") ? $"[+]ping ok\n{path.Split('/')[1]} check passed\n" : "ok", http.RequestAborted);
    }
}
