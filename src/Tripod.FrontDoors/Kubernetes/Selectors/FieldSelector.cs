using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Selectors;

/// <summary><c>metadata.name=a,status.phase!=Running</c>: fields that the kind lets be selected by, equal or not.</summary>
public static class FieldSelector
{
    public static IEnumerable<Func<JsonObject, bool>> Parse(string text, ApiKind kind) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(term => Term(term.Trim(), kind));

    private static Func<JsonObject, bool> Term(string term, ApiKind kind)
    {
        var (split, length, equal) = term.IndexOf("!=", StringComparison.Ordinal) is >= 0 and var not ? (not, 2, false)
            : term.IndexOf("==", StringComparison.Ordinal) is >= 0 and var twice ? (twice, 2, true)
            : (term.IndexOf('=', StringComparison.Ordinal), 1, true);
        if (split < 0)
        {
            throw ApiException.BadRequest($"invalid field selector: '{term}'; can't understand '{term}'");
        }

        var field = term[..split];
        var value = term[(split + length)..];
        Func<JsonObject, string> read = field switch
        {
            "metadata.name" => document => (string?)document["metadata"]!["name"] ?? "",
            "metadata.namespace" when kind.Namespaced => document => (string?)document["metadata"]!["namespace"] ?? "",
            _ => kind.SelectableFields.GetValueOrDefault(field) ?? throw ApiException.BadRequest($"field label not supported: {field}"),
        };
        return document => read(document) == value == equal;
    }
}
