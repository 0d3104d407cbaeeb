using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>The instructions that stand among the fields of a strategic merge patch.</summary>
internal static class PatchDirectives
{
    public const string Patch = "$patch";
    public const string RetainKeys = "$retainKeys";
    public const string SetElementOrder = "$setElementOrder/";
    public const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    /// <summary>What a patch's value means where the document has nothing yet; null when it only deletes.</summary>
    public static JsonNode? Strip(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                if (Of(map) == "delete")
                {
                    return null;
                }
                var result = new JsonObject();
                foreach (var (name, inner) in map)
                {
                    if (!IsDirective(name) && Strip(inner) is { } kept)
                    {
                        result[name] = kept;
                    }
                }
                return result;
            case JsonArray list:
                return new JsonArray([.. list.Where(i => !IsReplaceMark(i)).Select(Strip).Where(i => i is not null)]);
            default:
                return value?.DeepClone();
        }
    }

    public static string? Of(JsonObject map) =>
        map[Patch] is JsonValue value && value.TryGetValue<string>(out var directive) ? directive : null;

    private static bool IsDirective(string name) =>
        name is Patch or RetainKeys
        || name.StartsWith(SetElementOrder, StringComparison.Ordinal)
        || name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal);

    private static bool IsReplaceMark(JsonNode? item) => item is JsonObject { Count: 1 } map && Of(map) == "replace";
}
