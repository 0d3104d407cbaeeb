using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>The live document with the applied one laid over it.</summary>
internal static class ApplyMerge
{
    public static JsonObject Merge(JsonObject live, JsonObject config, SchemaType type) => Fields(live, config, type.Find);

    private static JsonObject Fields(JsonObject live, JsonObject config, Func<string, SchemaField?> find)
    {
        var result = (JsonObject)live.DeepClone();
        foreach (var (name, value) in config)
        {
            result[name] = Value(live[name], value, find(name));
        }
        return result;
    }

    private static JsonNode? Value(JsonNode? live, JsonNode? config, SchemaField? field) =>
        (live, config) switch
        {
            (JsonObject before, JsonObject wanted) when field is { IsAtomic: false, Shape: FieldShape.Map } =>
                Fields(before, wanted, _ => field.Element),
            (JsonObject before, JsonObject wanted) when field is { IsAtomic: false, Type: { } type } =>
                Fields(before, wanted, type.Find),
            (JsonArray before, JsonArray wanted) when field is { IsAtomic: false } => Items(before, wanted, field),
            _ => config?.DeepClone(),
        };

    private static JsonArray Items(JsonArray live, JsonArray config, SchemaField field)
    {
        var before = ListItems.Of(live, field).ToList();
        var wanted = ListItems.Of(config, field).ToDictionary(i => i.Element, i => i.Item, StringComparer.Ordinal);
        var places = before.Select((item, place) => (item.Element, place)).ToDictionary(p => p.Element, p => p.place, StringComparer.Ordinal);
        var items = before.ToDictionary(i => i.Element, i => i.Item, StringComparer.Ordinal);
        var order = ListOrder.Interleave(
            [.. before.Select(i => i.Element).Where(e => !wanted.ContainsKey(e))],
            [.. wanted.Keys],
            e => places.GetValueOrDefault(e, -1));
        var result = new JsonArray();
        foreach (var element in order)
        {
            result.Add(wanted.TryGetValue(element, out var item)
                ? Value(items.GetValueOrDefault(element), item, field.Element)
                : items[element]?.DeepClone());
        }
        return result;
    }
}
