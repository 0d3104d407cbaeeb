using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>What became different between two versions of a document.</summary>
/// <param name="Changed">Places added or given another value.</param>
/// <param name="Removed">Places that are no more.</param>
internal sealed record FieldComparison(FieldSet Changed, FieldSet Removed)
{
    public static FieldComparison Of(JsonObject old, JsonObject now, SchemaType type)
    {
        var result = new FieldComparison(new FieldSet(), new FieldSet());
        Fields(old, now, type.Find, isTyped: true, result.Changed, result.Removed);
        return result;
    }

    private static void Fields(
        JsonObject? old, JsonObject? now, Func<string, SchemaField?> find, bool isTyped, FieldSet changed, FieldSet removed)
    {
        foreach (var name in Names(old, now))
        {
            var field = find(name);
            var before = old?[name];
            // Go's types always have these: an absent one is an empty one.
            if (before is null && old is not null && isTyped && field is { IsPointer: false, KeepsEmpty: true, Shape: FieldShape.List })
            {
                before = new JsonArray();
            }
            else if (before is null && old is not null && isTyped && field is { IsPointer: false, Kind: FieldKind.Message, Shape: FieldShape.Single })
            {
                before = new JsonObject();
            }
            Value($"f:{name}", before, now?[name], field, changed, removed);
        }
    }

    private static void Value(string element, JsonNode? before, JsonNode? after, SchemaField? field, FieldSet changed, FieldSet removed)
    {
        if (before is null && after is null)
        {
            return;
        }
        var isLeaf = field is null or { IsAtomic: true }
            || (before is null or JsonObject { Count: 0 } or JsonArray { Count: 0 } && after is null or JsonObject { Count: 0 } or JsonArray { Count: 0 })
            || (before ?? after) is JsonValue;
        if (before is null)
        {
            changed.Add(element);
        }
        else if (after is null)
        {
            removed.Add(element);
        }
        else if (isLeaf && !JsonNode.DeepEquals(before, after))
        {
            changed.Add(element);
        }
        if (isLeaf)
        {
            return;
        }
        var (innerChanged, innerRemoved) = (new FieldSet(), new FieldSet());
        if ((after ?? before) is JsonArray)
        {
            Items(before as JsonArray, after as JsonArray, field!, innerChanged, innerRemoved);
        }
        else if (field!.Shape == FieldShape.Map)
        {
            Fields(before as JsonObject, after as JsonObject, _ => field.Element, isTyped: false, innerChanged, innerRemoved);
        }
        else
        {
            Fields(before as JsonObject, after as JsonObject, field.Type!.Find, isTyped: true, innerChanged, innerRemoved);
        }
        changed.Add(element, innerChanged);
        removed.Add(element, innerRemoved);
    }

    private static void Items(JsonArray? old, JsonArray? now, SchemaField field, FieldSet changed, FieldSet removed)
    {
        var before = ListItems.Of(old ?? [], field).ToDictionary(i => i.Element, i => i.Item, StringComparer.Ordinal);
        var after = ListItems.Of(now ?? [], field).ToDictionary(i => i.Element, i => i.Item, StringComparer.Ordinal);
        foreach (var element in before.Keys.Union(after.Keys, StringComparer.Ordinal))
        {
            Value(element, before.GetValueOrDefault(element), after.GetValueOrDefault(element), field.Element, changed, removed);
        }
    }

    private static IEnumerable<string> Names(JsonObject? old, JsonObject? now) =>
        (old ?? []).Select(f => f.Key).Union((now ?? []).Select(f => f.Key), StringComparer.Ordinal);
}
