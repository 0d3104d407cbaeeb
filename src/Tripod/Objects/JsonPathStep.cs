using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>One step of a path: what it leads to from a node, and how long it is. Pure.</summary>
internal static partial class JsonPathStep
{
    public static (Func<JsonNode?, IEnumerable<JsonNode?>> Next, int Length) Take(string path, string whole)
    {
        if (path.StartsWith("..", StringComparison.Ordinal) && Name().Match(path, 2) is { Success: true } deep)
        {
            return (node => Below(node).SelectMany(found => Field(found, Plain(deep.Value))), 2 + deep.Length);
        }

        if (path.StartsWith('['))
        {
            return Bracket(path, whole);
        }

        var start = path.StartsWith('.') ? 1 : 0;
        if (start == path.Length)
        {
            return (node => [node], start);
        }

        var name = Name().Match(path, start);
        return name.Success && (start == 1 || path == whole)
            ? name.Value == "*" ? (Children, start + 1) : (node => Field(node, Plain(name.Value)), start + name.Length)
            : throw new CommandFailure($"error: jsonpath: {path} in {whole} is not understood");
    }

    private static (Func<JsonNode?, IEnumerable<JsonNode?>> Next, int Length) Bracket(string path, string whole)
    {
        var close = path.StartsWith("[?(", StringComparison.Ordinal) ? path.IndexOf(")]", StringComparison.Ordinal) + 1 : path.IndexOf(']', StringComparison.Ordinal);
        if (close <= 0)
        {
            throw new CommandFailure($"error: jsonpath: unclosed [ in {whole}");
        }

        var inside = path[1..close];
        if (inside.StartsWith("?(", StringComparison.Ordinal))
        {
            var filter = Filter().Match(inside[2..^1]);
            return (node => Children(node).Where(item => JsonPath.Holds(item, filter.Groups[1].Value.Trim(), filter.Groups[2].Value, filter.Groups[3].Value.Trim())), close + 1);
        }

        return (inside switch
        {
            "*" => Children,
            ['\'', .. var name, '\''] => node => Field(node, name),
            ['"', .. var name, '"'] => node => Field(node, name),
            _ when inside.Contains(':', StringComparison.Ordinal) => node => Slice(node, inside.Split(':')),
            _ => node => inside.Split(',').SelectMany(index => Item(node, index, whole)),
        }, close + 1);
    }

    private static IEnumerable<JsonNode?> Field(JsonNode? node, string name) => node is JsonObject map && map.TryGetPropertyValue(name, out var value) ? [value] : [];

    private static IEnumerable<JsonNode?> Children(JsonNode? node) => node switch { JsonArray list => list, JsonObject map => map.Select(field => field.Value), _ => [] };

    private static IEnumerable<JsonNode?> Below(JsonNode? node) => Children(node).SelectMany(Below).Prepend(node);

    private static IEnumerable<JsonNode?> Item(JsonNode? node, string index, string whole) =>
        !int.TryParse(index, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? throw new CommandFailure($"error: jsonpath: [{index}] in {whole} is not understood")
            : node is not JsonArray list ? []
            : (number < 0 ? list.Count + number : number) is var at && at >= 0 && at < list.Count ? [list[at]]
            : throw new CommandFailure(string.Create(CultureInfo.InvariantCulture, $"error: error executing jsonpath \"{whole}\": array index out of bounds: index {number}, length {list.Count}"));

    private static IEnumerable<JsonNode?> Slice(JsonNode? node, string[] bounds)
    {
        if (node is not JsonArray list)
        {
            return [];
        }

        int Bound(int which, int otherwise) => bounds.Length > which && int.TryParse(bounds[which], CultureInfo.InvariantCulture, out var number) ? number < 0 ? list.Count + number : number : otherwise;
        var (from, to) = (Math.Max(0, Bound(0, 0)), Math.Min(list.Count, Bound(1, list.Count)));
        return list.Skip(from).Take(Math.Max(0, to - from));
    }

    private static string Plain(string name) => name.Replace("\\.", ".", StringComparison.Ordinal);

    [GeneratedRegex(@"\G(?:\\.|[^.\[\s])+", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"^(.*?)(?:(==|!=|<=|>=|<|>)(.*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Filter();
}
