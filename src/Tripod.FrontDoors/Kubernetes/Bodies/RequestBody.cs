using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>Takes a request's bytes from the Kubernetes door and gives it the document that create, update and delete go on with.</summary>
public static class RequestBody
{
    /// <summary>What a body may have, as in Kubernetes.</summary>
    public const int MaxBytes = 3 * 1024 * 1024;

    private const string Json = "application/json";
    private const string Yaml = "application/yaml";

    /// <param name="contentType">The header as sent; empty means JSON.</param>
    /// <param name="body">The bytes as sent.</param>
    /// <param name="schema">The kind that the request's path stands for.</param>
    /// <param name="mode">What happens to unknown and repeated fields.</param>
    /// <exception cref="ApiException">400, 413 or 415.</exception>
    public static DecodedBody Decode(string contentType, ReadOnlyMemory<byte> body, KindSchema schema, FieldValidation mode)
    {
        if (body.Length > MaxBytes)
        {
            throw ApiException.RequestEntityTooLarge(MaxBytes);
        }
        var duplicates = new List<string>();
        var document = MediaType(contentType) switch
        {
            _ when body.IsEmpty && schema.Group == "meta.k8s.io" => [],
            "" or Json => JsonText.ParseObject(body, duplicates),
            Yaml or Patching.ServerSideApply.MediaType => YamlDocuments.ReadBody(body.Span),
            ProtobufBody.MediaType => ProtobufBody.Parse(body.Span, schema),
            _ => throw ApiException.UnsupportedMediaType(Json, Yaml, ProtobufBody.MediaType),
        };
        return Check(document, schema, mode, duplicates);
    }

    /// <summary>The same reading of a document that is parsed already, such as the outcome of a patch.</summary>
    /// <param name="document">As parsed.</param>
    /// <param name="schema">Its kind.</param>
    /// <param name="mode">What happens to unknown and repeated fields.</param>
    /// <param name="duplicates">The places that stood twice in what was parsed.</param>
    public static DecodedBody Check(JsonObject document, KindSchema schema, FieldValidation mode, IReadOnlyList<string> duplicates)
    {
        CheckKind(document, schema);
        var result = TypedDocument.Read(document, schema, mode != FieldValidation.Ignore, out var unknown);
        if (mode == FieldValidation.Strict && duplicates.Count + unknown.Count > 0)
        {
            throw Refusal(schema, duplicates, unknown);
        }
        List<string> warnings = mode == FieldValidation.Ignore
            ? []
            : [.. duplicates.Select(Repeated), .. unknown.Select(u => u.Suggestion is null ? u.Fact : $"{u.Fact}; did you mean {u.Suggestion}?")];
        return new DecodedBody(Head(result, schema), warnings);
    }

    /// <summary>The media type without its parameters, in lower case.</summary>
    public static string MediaType(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType[..end]).Trim().ToLowerInvariant();
    }

    private static ApiException Refusal(KindSchema schema, IReadOnlyList<string> duplicates, IReadOnlyList<UnknownField> unknown)
    {
        var text = new StringBuilder();
        text.Append($"{schema.Kind} in version \"{schema.Version}\" cannot be handled as a {schema.Kind}: strict decoding error: ");
        text.AppendJoin(", ", [.. duplicates.Select(Repeated), .. unknown.Select(u => u.Fact)]);
        foreach (var hint in unknown.Select(u => u.Hint).OfType<string>())
        {
            text.Append("\n  ").Append(hint);
        }
        return ApiException.BadRequest(text.ToString());
    }

    private static string Repeated(string path) => $"duplicate field \"{path}\"";

    private static void CheckKind(JsonObject document, KindSchema schema)
    {
        var apiVersion = Text(document["apiVersion"]);
        var kind = Text(document["kind"]);
        if (kind is { Length: > 0 } && kind != schema.Kind)
        {
            throw ApiException.BadRequest(
                $"{kind} in version \"{apiVersion}\" cannot be handled as a {schema.Kind}: the request's path takes {schema.ApiVersion} {schema.Kind}");
        }
        // Options carry the version of whatever they are for.
        if (apiVersion is { Length: > 0 } && apiVersion != schema.ApiVersion && schema.Group != "meta.k8s.io")
        {
            throw ApiException.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({schema.ApiVersion})");
        }
    }

    // Kind and version come first and are never absent, whatever the client sent.
    private static JsonObject Head(JsonObject document, KindSchema schema)
    {
        var apiVersion = Text(document["apiVersion"]) is { Length: > 0 } sent ? sent : schema.ApiVersion;
        document.Remove("apiVersion");
        document.Remove("kind");
        document.Insert(0, "apiVersion", apiVersion);
        document.Insert(1, "kind", schema.Kind);
        return document;
    }

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
