using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Sends a whole JSON body, compressed where that saves more time than it costs.</summary>
internal static class JsonAnswer
{
    public const string MediaType = "application/json", NoCache = "no-cache, private";

    private const int CompressFrom = 128 * 1024;

    public static Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write) =>
        WriteAsync(http, status, JsonBytes.Write(write));

    public static async Task WriteAsync(HttpContext http, int status, ReadOnlyMemory<byte> body, string mediaType = MediaType, string cacheControl = NoCache)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = mediaType;
        response.Headers.CacheControl = cacheControl;
        if (body.Length >= CompressFrom && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Append("Vary", "Accept-Encoding");
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await gzip.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }
}
