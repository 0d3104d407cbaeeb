using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.Pods;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>One request for a kind that is served: what its path, query and headers say.</summary>
public sealed class ApiCall(HttpContext http, ApiPath path, ApiKind kind)
{
    public HttpContext Http { get; } = http;
    public ApiPath Path { get; } = path;
    public ApiKind Kind { get; } = kind;
    public CancellationToken Cancel => Http.RequestAborted;
    public string? Namespace => Kind.Namespaced ? Path.Namespace : null;
    public string Name => Path.Name!;
    public string Key => ResourceKeys.Of(Kind.Collection, Namespace, Name);

    public bool DryRun => Query("dryRun") switch
    {
        "" => false,
        "All" => true,
        var other => throw ApiException.BadRequest($"dryRun: Unsupported value: \"{other}\": supported values: \"All\""),
    };

    public FieldValidation Validation => Query("fieldValidation") switch
    {
        "Strict" => FieldValidation.Strict,
        "Ignore" => FieldValidation.Ignore,
        _ => FieldValidation.Warn,
    };

    public string FieldManager => Query("fieldManager") is { Length: > 0 } manager ? manager : Http.Request.Headers.UserAgent.ToString().Split('/')[0] is { Length: > 0 } agent ? agent : "unknown";

    public string Query(string name) => Http.Request.Query[name].ToString();

    public bool Flag(string name) => Query(name) is "true" or "1";

    public int? Seconds(string name) => int.TryParse(Query(name), out var seconds) ? seconds : null;

    /// <summary>Reads and decodes the body as this call's kind; warnings go into headers.</summary>
    public async Task<JsonObject> Body()
    {
        var decoded = RequestBody.Decode(Http.Request.ContentType ?? "", await Bytes().ConfigureAwait(false), Kind.Schema, Validation);
        Warn(decoded.Warnings);
        return decoded.Object;
    }

    public void Warn(IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
        {
            Http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }
    }

    public async Task<ReadOnlyMemory<byte>> Bytes()
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await Http.Request.Body.ReadAsync(buffer, Cancel).ConfigureAwait(false)) > 0)
        {
            body.Write(buffer, 0, count);
            if (body.Length > RequestBody.MaxBytes)
            {
                throw ApiException.RequestEntityTooLarge(RequestBody.MaxBytes);
            }
        }

        return body.ToArray();
    }
}
