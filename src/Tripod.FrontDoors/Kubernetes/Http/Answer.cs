using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Writes what handlers found, in the form the client asked for: the stored bytes, a table, or metadata alone.</summary>
public static class Answer
{
    public static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task Object(ApiCall call, StoredObject stored, DateTimeOffset now, int code = StatusCodes.Status200OK) =>
        TableWriter.IsWanted(call.Http.Request)
            ? Json(call.Http, writer => TableWriter.Write(writer, call, [stored], stored.Revision, null, now), code)
            : Bytes(call.Http, ShownAs.Of(call.Kind, stored), code);

    public static Task Document(ApiCall call, JsonObject document, int code = StatusCodes.Status200OK) => Json(call.Http, writer => document.WriteTo(writer), code);

    public static Task List(ApiCall call, IReadOnlyList<StoredObject> objects, long revision, (string Token, int Left)? more, DateTimeOffset now) => Json(call.Http, writer =>
    {
        if (TableWriter.IsWanted(call.Http.Request))
        {
            TableWriter.Write(writer, call, objects, revision, more, now);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("kind", $"{call.Kind.Kind}List");
        writer.WriteString("apiVersion", call.Kind.ApiVersion);
        ListMeta(writer, revision, more);
        writer.WriteStartArray("items");
        foreach (var stored in objects)
        {
            writer.WriteRawValue(ShownAs.Of(call.Kind, stored).Span, skipInputValidation: true);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static void ListMeta(Utf8JsonWriter writer, long revision, (string Token, int Left)? more)
    {
        writer.WriteStartObject("metadata");
        writer.WriteString("resourceVersion", revision.ToString(CultureInfo.InvariantCulture));
        if (more is var (token, left))
        {
            writer.WriteString("continue", token);
            writer.WriteNumber("remainingItemCount", left);
        }

        writer.WriteEndObject();
    }

    public static Task Failure(HttpContext http, ApiException failure)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        return Json(http, writer => failure.ToStatus().WriteTo(writer), failure.Code);
    }

    public static Task Success(ApiCall call, StoredObject deleted) => Json(call.Http, writer => new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Success",
        ["details"] = new JsonObject
        {
            ["name"] = call.Name,
            ["kind"] = call.Kind.Plural,
            ["uid"] = (string?)JsonNode.Parse(deleted.Document.Span)!["metadata"]!["uid"],
        },
    }.WriteTo(writer));

    public static async Task Json(HttpContext http, Action<Utf8JsonWriter> write, int code = StatusCodes.Status200OK)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            write(writer);
        }

        await Bytes(http, buffer.WrittenMemory, code).ConfigureAwait(false);
    }

    public static async Task Bytes(HttpContext http, ReadOnlyMemory<byte> json, int code = StatusCodes.Status200OK, string contentType = "application/json")
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = json.Length;
        http.Response.Headers.CacheControl = "no-cache, private";
        await http.Response.BodyWriter.WriteAsync(json, http.RequestAborted).ConfigureAwait(false);
    }
}
