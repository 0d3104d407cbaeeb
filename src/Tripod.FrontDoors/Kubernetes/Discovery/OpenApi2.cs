using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Http;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>
/// OpenAPI version 2. As JSON it is whole. kubectl asks for it in protobuf, before it sends a <c>kind: List</c>, and leaves
/// what that document does not describe to the server's own validation: so there it describes nothing.
/// </summary>
internal static class OpenApi2
{
    /// <summary>Asked for with an @ where this has its second dot, which no media type may have.</summary>
    private const string Protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>gnostic's openapi.v2.Document: 1 swagger, 2 info (1 title, 2 version).</summary>
    private static readonly byte[] Encoded = [.. "\x0A\x03"u8, .. "2.0"u8, .. "\x12\x14\x0A\x0A"u8, .. "Kubernetes"u8, .. "\x12\x06"u8, .. "tripod"u8];

    private static readonly Lazy<ReadOnlyMemory<byte>> Whole = new(Describe);

    public static Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers.Vary = "Accept";
        return http.Request.Method is not ("GET" or "HEAD") ? throw ApiException.MethodNotAllowed()
            : http.Request.Headers.Accept.ToString().Contains("openapi.spec.v2", StringComparison.Ordinal) ? JsonAnswer.WriteAsync(http, 200, Encoded, Protobuf)
            : JsonAnswer.WriteAsync(http, 200, Whole.Value);
    }

    /// <summary>What version 3 says, in the words of version 2.</summary>
    private static ReadOnlyMemory<byte> Describe()
    {
        var (paths, definitions) = (new JsonObject(), new JsonObject());
        foreach (var document in OpenApi.All)
        {
            // A reference is the only text of its kind in the document.
            var text = Encoding.UTF8.GetString(document.Body.Span).Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal);
            var version3 = JsonNode.Parse(text)!.AsObject();
            Move(version3["components"]!["schemas"]!.AsObject(), definitions);
            Move(version3["paths"]!.AsObject(), paths);
        }

        foreach (var parameter in paths.SelectMany(path => path.Value!.AsObject()).SelectMany(operation => operation.Value!["parameters"]!.AsArray()).OfType<JsonObject>())
        {
            Move(parameter["schema"]!.AsObject(), parameter);
            parameter.Remove("schema");
        }

        return JsonBytes.Of(new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "tripod" },
            ["paths"] = paths,
            ["definitions"] = definitions,
        });
    }

    private static void Move(JsonObject from, JsonObject to)
    {
        foreach (var (name, value) in from.ToList())
        {
            from.Remove(name);
            to[name] = value;
        }
    }
}
