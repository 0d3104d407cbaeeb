using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>
/// Kubernetes' own patch: as a merge patch, but lists merge by the keys that the schema names, and directives say what
/// that cannot. Lists are <see cref="StrategicList"/>'s.
/// </summary>
public static class StrategicMergePatch
{
    public const string MediaType = "application/strategic-merge-patch+json";

    /// <returns>A new document; <paramref name="target"/> and <paramref name="patch"/> stay as they are.</returns>
    /// <exception cref="ApiException">400 or 422, the patch cannot be understood.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode patch, KindSchema schema) =>
        patch is JsonObject changes
            ? Merge((JsonObject)target.DeepClone(), changes, schema.Type)
            : throw ApiException.BadRequest($"a strategic merge patch of a {schema.Kind} must be a JSON object");

    /// <param name="original">Changed in place, or left to the caller when the patch replaces it.</param>
    /// <param name="patch">Not changed.</param>
    /// <param name="type">Null where the schema has no type: a map, or JSON of the user's own.</param>
    internal static JsonObject Merge(JsonObject original, JsonObject patch, SchemaType? type)
    {
        switch (PatchDirectives.Of(patch))
        {
            case null or "merge":
                break;
            case "replace":
                return (JsonObject)PatchDirectives.Strip(patch)!;
            case "delete":
                return [];
            case var other:
                throw Malformed($"unknown patch type \"{other}\": use replace, merge or delete");
        }
        RetainKeys(original, patch);
        var ordered = SetElementOrders(original, patch, type);
        foreach (var (name, value) in patch)
        {
            if (name is PatchDirectives.Patch or PatchDirectives.RetainKeys || ordered.Contains(name)
                || name.StartsWith(PatchDirectives.SetElementOrder, StringComparison.Ordinal))
            {
                continue;
            }
            if (name.StartsWith(PatchDirectives.DeleteFromPrimitiveList, StringComparison.Ordinal))
            {
                DeleteFromList(original, name[PatchDirectives.DeleteFromPrimitiveList.Length..], value);
                continue;
            }
            MergeField(original, name, value, type?.Find(name));
        }
        return original;
    }

    internal static ApiException Malformed(string message) => ApiException.BadRequest($"invalid strategic merge patch: {message}");

    private static void MergeField(JsonObject original, string name, JsonNode? value, SchemaField? field)
    {
        if (value is null)
        {
            original.Remove(name);
            return;
        }
        switch (original[name], value)
        {
            case (JsonObject map, JsonObject changes) when field is not { PatchReplaces: true }:
                var elements = field is { Shape: FieldShape.Single } ? field.Type : null;
                var merged = Merge(map, changes, elements);
                if (!ReferenceEquals(merged, map))
                {
                    original[name] = merged;
                }
                break;
            case (JsonArray list, JsonArray changes) when field is { PatchMerges: true }:
                original[name] = StrategicList.Merge(list, changes, field);
                break;
            case (_, JsonObject or JsonArray):
                if (PatchDirectives.Strip(value) is { } stripped)
                {
                    original[name] = stripped;
                }
                break;
            default:
                original[name] = value.DeepClone();
                break;
        }
    }

    // Keys that the patch's author does not know of go, so that switching a union's member leaves no trace of the old one.
    private static void RetainKeys(JsonObject original, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(PatchDirectives.RetainKeys, out var given))
        {
            return;
        }
        if (given is not JsonArray list)
        {
            throw Malformed("$retainKeys must be a list of field names");
        }
        var keys = list.Select(k => k?.ToString()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in patch)
        {
            if (value is not null && name[0] != '$' && !keys.Contains(name))
            {
                throw Malformed($"\"{name}\" is in the patch but not in its $retainKeys");
            }
        }
        foreach (var name in original.Select(p => p.Key).Where(n => !keys.Contains(n)).ToList())
        {
            original.Remove(name);
        }
    }

    /// <returns>The lists that were dealt with, patch and all.</returns>
    private static HashSet<string> SetElementOrders(JsonObject original, JsonObject patch, SchemaType? type)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in patch)
        {
            if (!key.StartsWith(PatchDirectives.SetElementOrder, StringComparison.Ordinal))
            {
                continue;
            }
            var name = key[PatchDirectives.SetElementOrder.Length..];
            if (type?.Find(name) is not { Shape: FieldShape.List } field || value is not JsonArray order)
            {
                throw Malformed($"{key} must give the order of a list");
            }
            var changes = patch[name] as JsonArray;
            if (patch.ContainsKey(name) && changes is null)
            {
                continue;
            }
            if (original[name] is not JsonArray && changes is null)
            {
                continue;
            }
            done.Add(name);
            original[name] = StrategicList.MergeInOrder(original[name] as JsonArray ?? [], changes, order, field);
        }
        return done;
    }

    private static void DeleteFromList(JsonObject original, string name, JsonNode? value)
    {
        if (value is not JsonArray gone)
        {
            throw Malformed($"{PatchDirectives.DeleteFromPrimitiveList}{name} must be a list");
        }
        if (original[name] is JsonArray list)
        {
            original[name] = new JsonArray(
                [.. list.Where(i => !gone.Any(g => JsonNode.DeepEquals(g, i))).Select(i => i?.DeepClone())]);
        }
    }
}
