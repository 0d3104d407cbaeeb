using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Sends a whole JSON body, compressed where that saves more time than it costs.</summary>
internal static class JsonAnswer
{
    public const string MediaType = "application/json", NoCache = "no-cache, private";

    private const int CompressFrom = 128 * 1024, PartSize = CompressFrom;

    public static Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write) =>
        WriteAsync(http, status, JsonBytes.Write(write));

    /// <summary>A document with a long list in it, sent as it is written, so that it never stands in memory as a whole.</summary>
    /// <param name="http">Where to.</param>
    /// <param name="head">Writes all up to and including the list's beginning.</param>
    /// <param name="items">What is in the list, which is the document's last field.</param>
    /// <param name="write">Writes one of them.</param>
    public static async Task WriteListAsync<T>(HttpContext http, Action<Utf8JsonWriter> head, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>(PartSize);
        using var writer = new Utf8JsonWriter(buffer, JsonBytes.Options);
        Stream? output = null;
        head(writer);
        try
        {
            foreach (var item in items)
            {
                write(writer, item);
                if (writer.BytesPending + buffer.WrittenCount >= PartSize)
                {
                    writer.Flush();
                    output ??= Start(http);
                    await output.WriteAsync(buffer.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
                    buffer.ResetWrittenCount();
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
            await (output?.WriteAsync(buffer.WrittenMemory, http.RequestAborted) ?? new(WriteAsync(http, 200, buffer.WrittenMemory))).ConfigureAwait(false);
        }
        finally
        {
            if (output is GZipStream)
            {
                await output.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static Stream Start(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = 200;
        response.ContentType = MediaType;
        response.Headers.CacheControl = NoCache;
        return TakesGzip(http) ? Compressed(response) : response.Body;
    }

    private static GZipStream Compressed(HttpResponse response)
    {
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Append("Vary", "Accept-Encoding");
        return new(response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    private static bool TakesGzip(HttpContext http) => http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal);

    public static async Task WriteAsync(HttpContext http, int status, ReadOnlyMemory<byte> body, string mediaType = MediaType, string cacheControl = NoCache)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = mediaType;
        response.Headers.CacheControl = cacheControl;
        if (body.Length >= CompressFrom && TakesGzip(http))
        {
            await using var gzip = Compressed(response);
            await gzip.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }
}
