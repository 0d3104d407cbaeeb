using System.Text;
using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Selecting;

/// <summary>A parsed <c>fieldSelector</c>: each kind says which of its fields can be selected by.</summary>
internal sealed record FieldSelector(IReadOnlyList<FieldSelector.Term> Terms)
{
    internal sealed record Term(string Field, bool Equal, string Value, Func<JsonElement, string> Read);

    /// <summary>The name that the selector asks for, if it asks for one.</summary>
    public string? Name => Terms.FirstOrDefault(term => term is { Field: "metadata.name", Equal: true })?.Value;

    public bool Matches(JsonElement document) => Terms.All(term => (term.Read(document) == term.Value) == term.Equal);

    /// <exception cref="ApiException">400, the text is no selector, or the kind has no such field.</exception>
    public static FieldSelector Parse(string text, ServedKind kind) =>
        new([.. Split(text).Where(part => part.Length > 0).Select(part => ParseTerm(part, text, kind))]);

    private static Term ParseTerm(string part, string text, ServedKind kind)
    {
        for (var i = 0; i < part.Length; i++)
        {
            var operation = part[i] switch
            {
                '\\' => "\\",
                '!' when part.AsSpan(i).StartsWith("!=") => "!=",
                '=' when part.AsSpan(i).StartsWith("==") => "==",
                '=' => "=",
                _ => "",
            };
            if (operation == "\\")
            {
                i++;
            }
            else if (operation.Length > 0)
            {
                var field = part[..i];
                var read = kind.SelectableField(field) ?? throw ApiException.BadRequest($"field label not supported: {field}");
                return new(field, operation != "!=", Unescape(part[(i + operation.Length)..], text), read);
            }
        }

        throw ApiException.BadRequest($"invalid selector: '{text}'; can't understand '{part}'");
    }

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string Unescape(string value, string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\')
            {
                i++;
                if (i == value.Length || value[i] is not ('\\' or ',' or '='))
                {
                    throw ApiException.BadRequest($"invalid field selector '{text}': a backslash may only stand before '\\', ',' or '='");
                }
            }

            plain.Append(value[i]);
        }

        return plain.ToString();
    }
}
