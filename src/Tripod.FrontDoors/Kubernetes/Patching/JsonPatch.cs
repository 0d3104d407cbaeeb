using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>RFC 6902: operations in order, all or none.</summary>
public static class JsonPatch
{
    public const string MediaType = "application/json-patch+json";

    private const int MaxOperations = 10_000;

    /// <returns>A new document; <paramref name="target"/> and <paramref name="patch"/> stay as they are.</returns>
    /// <exception cref="ApiException">400, the patch is malformed; 422, it does not fit the document.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode patch, KindSchema schema)
    {
        if (patch is not JsonArray operations)
        {
            throw ApiException.BadRequest($"a JSON patch of a {schema.Kind} must be a list of operations");
        }
        if (operations.Count > MaxOperations)
        {
            throw new ApiException(413, "RequestEntityTooLarge",
                $"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}");
        }
        JsonNode? document = target.DeepClone();
        // A copy of a copy of a copy doubles each time.
        var copied = 0L;
        foreach (var operation in operations)
        {
            document = Run(document, operation as JsonObject ?? throw ApiException.BadRequest("every operation of a JSON patch must be an object"), ref copied);
        }
        return document as JsonObject ?? throw Misfit("the patched document is no object");
    }

    internal static ApiException Misfit(string message) =>
        new(422, "Invalid", $"the server rejected our request due to an error in our request: {message}");

    private static JsonNode? Run(JsonNode? document, JsonObject operation, ref long copied)
    {
        var name = operation.Text("op") ?? "";
        var path = JsonPointer.Parse(operation.Text("path") ?? throw ApiException.BadRequest($"JSON patch operation \"{name}\" has no path"));
        switch (name)
        {
            case "add":
                return path.Add(document, Value(operation));
            case "remove":
                return path.Remove(document, out _);
            case "replace":
                return path.Replace(document, Value(operation));
            case "move":
                var source = From(operation);
                if (path.IsBelow(source))
                {
                    throw Misfit($"cannot move '{source}' into itself");
                }
                return path.Add(source.Remove(document, out var moved), moved);
            case "copy":
                var copy = From(operation).Get(document, "copy")?.DeepClone();
                copied += copy is null ? 4 : Encoding.UTF8.GetByteCount(copy.ToJsonString());
                if (copied > RequestBody.MaxBytes)
                {
                    throw ApiException.RequestEntityTooLarge(RequestBody.MaxBytes);
                }
                return path.Add(document, copy);
            case "test":
                return path.TryGet(document, out var actual) && JsonNode.DeepEquals(actual, Value(operation))
                    ? document
                    : throw Misfit($"testing value {path} failed");
            default:
                throw ApiException.BadRequest($"JSON patch: unexpected kind of operation: \"{name}\"");
        }
    }

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value)
            ? value?.DeepClone()
            : throw ApiException.BadRequest($"JSON patch operation \"{operation.Text("op")}\" on {operation.Text("path")} has no value");

    private static JsonPointer From(JsonObject operation) =>
        JsonPointer.Parse(operation.Text("from") ?? throw ApiException.BadRequest($"JSON patch operation \"{operation.Text("op")}\" has no from"));
}
