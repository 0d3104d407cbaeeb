using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>Sets of fields as they stand in managedFields, and as messages show them.</summary>
internal static class FieldSetText
{
    private const string Self = ".";

    public static JsonObject Write(FieldSet set)
    {
        var result = new JsonObject();
        foreach (var (element, isMember, below) in set.Entries)
        {
            var inner = below is null ? [] : Write(below);
            if (isMember && inner.Count > 0)
            {
                inner.Insert(0, Self, new JsonObject());
            }
            result[element] = inner;
        }
        return result;
    }

    public static FieldSet Read(JsonObject fields)
    {
        var result = new FieldSet();
        foreach (var (element, value) in fields)
        {
            if (element == Self || value is not JsonObject inner)
            {
                continue;
            }
            if (inner.Count == 0 || inner.ContainsKey(Self))
            {
                result.Add(element);
            }
            result.Add(element, Read(inner));
        }
        return result;
    }

    /// <summary>Every member's path, as <c>.spec.containers[name="a"].image</c>.</summary>
    public static IEnumerable<string> Paths(FieldSet set, string prefix = "")
    {
        foreach (var (element, isMember, below) in set.Entries)
        {
            var path = prefix + Show(element);
            if (isMember)
            {
                yield return path;
            }
            foreach (var inner in below is null ? [] : Paths(below, path))
            {
                yield return inner;
            }
        }
    }

    private static string Show(string element)
    {
        var rest = element[(element.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return element[0] switch
        {
            'f' => $".{rest}",
            'k' => $"[{Keys(rest)}]",
            'v' => $"[={rest}]",
            _ => $"[{rest}]",
        };
    }

    private static string Keys(string json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject map
                ? string.Join(",", map.Select(p => $"{p.Key}={p.Value?.ToJsonString() ?? "null"}"))
                : json;
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
