using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>Lists under a strategic merge patch: which items there are, and in what order.</summary>
internal static class StrategicList
{
    // Items are found by comparing; beyond this a hostile patch could keep a core busy for minutes.
    private const int MaxItems = 5_000;

    public static JsonArray Merge(JsonArray original, JsonArray patch, SchemaField field)
    {
        var (merged, mentioned) = Combine(original, patch, field);
        return Order(merged, mentioned, original, field.MergeKey);
    }

    /// <summary>As <see cref="Merge"/>, with the order given by the patch's <c>$setElementOrder</c>.</summary>
    public static JsonArray MergeInOrder(JsonArray original, JsonArray? patch, JsonArray order, SchemaField field)
    {
        CheckSize(order, field);
        CheckOrder(patch, order, field.MergeKey);
        List<JsonNode?> merged = patch is null
            ? [.. original.Select(i => i?.DeepClone())]
            : field.PatchMerges ? Combine(original, patch, field).Merged : [.. patch.Select(i => i?.DeepClone())];
        return Order(merged, [.. order], original, field.MergeKey);
    }

    private static (List<JsonNode?> Merged, List<JsonNode?> Mentioned) Combine(JsonArray original, JsonArray patch, SchemaField field)
    {
        CheckSize(patch, field);
        List<JsonNode?> merged = [.. original.Select(i => i?.DeepClone())];
        if (field.MergeKey is not { } key)
        {
            foreach (var item in patch.Where(p => !merged.Any(m => JsonNode.DeepEquals(m, p))).ToList())
            {
                merged.Add(item?.DeepClone());
            }
            return (merged, [.. patch]);
        }
        var mentioned = new List<JsonNode?>();
        var replace = false;
        foreach (var item in patch)
        {
            var map = item as JsonObject ?? throw StrategicMergePatch.Malformed($"every item of {field.Name} must be an object");
            switch (PatchDirectives.Of(map))
            {
                case null:
                    mentioned.Add(map);
                    break;
                case "delete":
                    var gone = Key(map, key);
                    merged.RemoveAll(m => JsonNode.DeepEquals((m as JsonObject)?[key], gone));
                    break;
                case "replace":
                    replace = true;
                    break;
                case "merge":
                    throw StrategicMergePatch.Malformed("merging lists cannot be asked for in the patch");
                case var other:
                    throw StrategicMergePatch.Malformed($"unknown patch type \"{other}\": use replace, merge or delete");
            }
        }
        if (replace)
        {
            merged.Clear();
        }
        foreach (var item in mentioned)
        {
            MergeItem(merged, (JsonObject)item!, key, field.Type);
        }
        return (merged, mentioned);
    }

    private static void MergeItem(List<JsonNode?> merged, JsonObject item, string key, SchemaType? type)
    {
        var value = Key(item, key);
        var at = merged.FindIndex(m => m is JsonObject map && JsonNode.DeepEquals(map[key], value));
        if (at >= 0)
        {
            merged[at] = StrategicMergePatch.Merge((JsonObject)merged[at]!, item, type);
        }
        else if (PatchDirectives.Strip(item) is { } fresh)
        {
            merged.Add(fresh);
        }
    }

    /// <summary>
    /// Items that the patch mentions in the patch's order; the others between them as far as the live order says where.
    /// </summary>
    private static JsonArray Order(List<JsonNode?> merged, List<JsonNode?> wanted, JsonArray live, string? key)
    {
        List<JsonNode?> order = [.. live];
        var mentioned = merged.Where(m => Index(wanted, m, key) >= 0).OrderBy(m => Index(wanted, m, key)).ToList();
        var others = merged.Where(m => Index(wanted, m, key) < 0).OrderBy(m => Index(order, m, key)).ToList();
        return new JsonArray([.. ListOrder.Interleave(others, mentioned, item => Index(order, item, key))]);
    }

    private static void CheckOrder(JsonArray? patch, JsonArray order, string? key)
    {
        List<JsonNode?> wanted = [.. order];
        var last = -1;
        foreach (var item in patch ?? [])
        {
            if (item is JsonObject map && PatchDirectives.Of(map) is not null)
            {
                continue;
            }
            var at = Index(wanted, item, key);
            if (at <= last)
            {
                throw StrategicMergePatch.Malformed(
                    $"the order in patch list: {patch!.ToJsonString()} doesn't match $setElementOrder list: {order.ToJsonString()}");
            }
            last = at;
        }
    }

    private static void CheckSize(JsonArray list, SchemaField field)
    {
        if (list.Count > MaxItems)
        {
            throw StrategicMergePatch.Malformed($"{field.Name} has {list.Count} items, at most {MaxItems} can be merged");
        }
    }

    private static int Index(List<JsonNode?> list, JsonNode? item, string? key) =>
        key is null
            ? list.FindIndex(o => JsonNode.DeepEquals(o, item))
            : list.FindIndex(o => JsonNode.DeepEquals((o as JsonObject)?[key], (item as JsonObject)?[key]));

    private static JsonNode Key(JsonObject item, string key) =>
        item[key] ?? throw StrategicMergePatch.Malformed($"map: {item.ToJsonString()} does not contain declared merge key: {key}");
}
