using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>RFC 7386: objects merge, null removes, everything else replaces.</summary>
public static class MergePatch
{
    public const string MediaType = "application/merge-patch+json";

    /// <returns>A new document; <paramref name="target"/> and <paramref name="patch"/> stay as they are.</returns>
    /// <exception cref="ApiException">400, the patch is no object.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode patch, KindSchema schema) =>
        patch is JsonObject changes
            ? Merge(target, changes)
            : throw ApiException.BadRequest($"a merge patch of a {schema.Kind} must be a JSON object");

    private static JsonObject Merge(JsonObject? target, JsonObject patch)
    {
        var result = target is null ? [] : (JsonObject)target.DeepClone();
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    result.Remove(name);
                    break;
                case JsonObject inner:
                    result[name] = Merge(result[name] as JsonObject, inner);
                    break;
                default:
                    result[name] = value.DeepClone();
                    break;
            }
        }
        return result;
    }
}
