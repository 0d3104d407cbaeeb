using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>The set of fields that a document, applied by someone, claims.</summary>
internal static class AppliedFields
{
    /// <exception cref="ApiException">400, a list's items cannot be told apart.</exception>
    public static FieldSet Of(JsonObject document, SchemaType type) => OfMap(document, type.Find, "");

    private static FieldSet OfMap(JsonObject map, Func<string, SchemaField?> find, string path)
    {
        var set = new FieldSet();
        foreach (var (name, value) in map)
        {
            var field = find(name);
            var element = $"f:{name}";
            var here = $"{path}.{name}";
            switch (value)
            {
                case JsonObject { Count: 0 }:
                    set.Add(element);
                    break;
                case JsonObject inner when field is { IsAtomic: false }:
                    if (field.Shape == FieldShape.Map)
                    {
                        set.Add(element, OfKeys(inner, field, here));
                    }
                    else
                    {
                        set.Add(element, OfMap(inner, field.Type!.Find, here));
                    }
                    break;
                case JsonArray list when field is { IsAtomic: false }:
                    set.Add(element, OfList(list, field, here));
                    break;
                default:
                    set.Add(element);
                    break;
            }
        }
        return set;
    }

    // A key of the user's own is a place of its own; a field of the schema is one only through what it holds.
    private static FieldSet OfKeys(JsonObject map, SchemaField field, string path)
    {
        var set = OfMap(map, _ => field.Element, path);
        foreach (var (key, _) in map)
        {
            set.Add($"f:{key}");
        }
        return set;
    }

    private static FieldSet OfList(JsonArray list, SchemaField field, string path)
    {
        ListItems.Check(list, field, path);
        var set = new FieldSet();
        foreach (var (element, item) in ListItems.Of(list, field))
        {
            set.Add(element);
            if (item is JsonObject map && field.Type is { } type)
            {
                set.Add(element, OfMap(map, type.Find, $"{path}[{element[2..]}]"));
            }
        }
        return set;
    }
}
