using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>The <c>filters</c> of a list: <c>{"status":["exited"]}</c>, or the older <c>{"status":{"exited":true}}</c>. Pure.</summary>
internal sealed class Filters
{
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> filters;

    private Filters(IReadOnlyDictionary<string, IReadOnlyList<string>> filters) => this.filters = filters;

    /// <exception cref="DockerException">400 for one that is not understood, or not among the known.</exception>
    public static Filters Parse(string text, params string[] known)
    {
        try
        {
            var json = text.Length == 0 ? [] : JsonNode.Parse(text) as JsonObject ?? [];
            var filters = json.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)Values(pair.Value), StringComparer.Ordinal);
            return filters.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown
                ? throw new DockerException(400, $"invalid filter '{unknown}'")
                : new(filters);
        }
        catch (JsonException failure)
        {
            throw new DockerException(400, $"invalid filter: {failure.Message}", failure);
        }
    }

    /// <summary>Empty where the filter is not given.</summary>
    public IReadOnlyList<string> this[string name] => filters.GetValueOrDefault(name, []);

    public bool Has(string name) => filters.ContainsKey(name);

    /// <summary>Any of the given values; true where none is given.</summary>
    public bool Any(string name, Func<string, bool> matches) => !filters.TryGetValue(name, out var values) || values.Any(matches);

    /// <summary>Every given <c>KEY</c> or <c>KEY=VALUE</c>.</summary>
    public bool Labels(IReadOnlyDictionary<string, string> labels, string name = "label") =>
        this[name].All(wanted => wanted.Split('=', 2) is var pair && labels.TryGetValue(pair[0], out var value) && (pair.Length == 1 || pair[1] == value));

    /// <summary>None of the given ones.</summary>
    public bool NoLabels(IReadOnlyDictionary<string, string> labels, string name = "label!") =>
        !this[name].Any(wanted => wanted.Split('=', 2) is var pair && labels.TryGetValue(pair[0], out var value) && (pair.Length == 1 || pair[1] == value));

    /// <summary>Null where it is not given.</summary>
    public bool? Flag(string name) => this[name] is [var value, ..] ? value is "1" or "true" or "True" or "TRUE" : null;

    private static List<string> Values(JsonNode? node) => node switch
    {
        JsonArray list => [.. list.Select(value => value?.ToString() ?? "")],
        JsonObject set => [.. set.Select(value => value.Key)],
        null => [],
        var one => [one.ToString()],
    };
}
