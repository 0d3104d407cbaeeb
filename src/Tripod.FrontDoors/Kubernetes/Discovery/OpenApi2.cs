using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Http;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>
/// OpenAPI version 2, as far as kubectl cannot do without: it asks for it before it sends a <c>kind: List</c>, and leaves
/// what the document does not describe to the server's own validation. So it describes nothing.
/// </summary>
internal static class OpenApi2
{
    /// <summary>Asked for with an @ where this has its second dot, which no media type may have.</summary>
    private const string Protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>gnostic's openapi.v2.Document: 1 swagger, 2 info (1 title, 2 version).</summary>
    private static readonly byte[] Encoded = [.. "\x0A\x03"u8, .. "2.0"u8, .. "\x12\x14\x0A\x0A"u8, .. "Kubernetes"u8, .. "\x12\x06"u8, .. "tripod"u8];

    public static Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers.Vary = "Accept";
        return http.Request.Method is not ("GET" or "HEAD") ? throw ApiException.MethodNotAllowed()
            : http.Request.Headers.Accept.ToString().Contains("openapi.spec.v2", StringComparison.Ordinal) ? JsonAnswer.WriteAsync(http, 200, Encoded, Protobuf)
            : JsonAnswer.WriteAsync(http, 200, JsonBytes.Of(Document()));
    }

    private static JsonObject Document() => new()
    {
        ["swagger"] = "2.0",
        ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "tripod" },
        ["paths"] = new JsonObject(),
        ["definitions"] = new JsonObject(),
    };
}
