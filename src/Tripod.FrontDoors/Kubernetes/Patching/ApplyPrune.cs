using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>Takes out what its owner applied the last time and nobody wants now.</summary>
internal static class ApplyPrune
{
    /// <param name="document">Changed in place.</param>
    /// <param name="last">What the owner applied the last time.</param>
    /// <param name="kept">What anybody owns now, the owner included.</param>
    public static void Prune(JsonObject document, FieldSet last, FieldSet kept, SchemaType type) =>
        Fields(document, last, kept, type.Find);

    private static void Fields(JsonObject map, FieldSet last, FieldSet kept, Func<string, SchemaField?> find)
    {
        foreach (var (element, _, below) in last.Entries)
        {
            if (!element.StartsWith("f:", StringComparison.Ordinal))
            {
                continue;
            }
            var name = element[2..];
            if (!kept.Touches(element))
            {
                map.Remove(name);
            }
            else if (below is not null)
            {
                Inside(map[name], below, kept.Below(element) ?? new FieldSet(), find(name));
                if (map[name] is JsonObject { Count: 0 } or JsonArray { Count: 0 } && !kept.Contains(element))
                {
                    map.Remove(name);
                }
            }
        }
    }

    private static void Inside(JsonNode? value, FieldSet last, FieldSet kept, SchemaField? field)
    {
        switch (value)
        {
            case JsonObject map when field is { Shape: FieldShape.Map }:
                Fields(map, last, kept, _ => field.Element);
                break;
            case JsonObject map when field?.Type is { } type:
                Fields(map, last, kept, type.Find);
                break;
            case JsonArray list when field is not null:
                Items(list, last, kept, field);
                break;
        }
    }

    private static void Items(JsonArray list, FieldSet last, FieldSet kept, SchemaField field)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (ListItems.Element(list[i], field) is not { } element || !last.Touches(element))
            {
                continue;
            }
            if (!kept.Touches(element))
            {
                list.RemoveAt(i);
            }
            else if (last.Below(element) is { } below)
            {
                Inside(list[i], below, WithKeys(kept.Below(element) ?? new FieldSet(), field), field.Element);
            }
        }
    }

    // What tells an item apart stays as long as the item does.
    private static FieldSet WithKeys(FieldSet kept, SchemaField field)
    {
        var keys = new FieldSet();
        foreach (var key in field.ListKeys)
        {
            keys.Add($"f:{key}");
        }
        return kept.Union(keys);
    }
}
