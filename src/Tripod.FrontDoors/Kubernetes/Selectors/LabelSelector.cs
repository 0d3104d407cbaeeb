using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Selectors;

/// <summary><c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c> (Kubernetes: Labels and Selectors); pure.</summary>
public static class LabelSelector
{
    public static IEnumerable<Func<JsonObject, bool>> Parse(string text) => Split(text).Select(Term);

    /// <summary>At commas outside parentheses.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                if (text[start..i].Trim() is { Length: > 0 } term)
                {
                    yield return term;
                }

                start = i + 1;
            }
            else
            {
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            }
        }
    }

    private static Func<JsonObject, bool> Term(string term)
    {
        if (term.EndsWith(')') && term.IndexOf('(', StringComparison.Ordinal) is > 0 and var open)
        {
            var words = term[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var values = term[(open + 1)..^1].Split(',').Select(value => value.Trim()).ToHashSet();
            return words switch
            {
                [var key, "in"] => document => Label(document, key) is { } value && values.Contains(value),
                [var key, "notin"] => document => Label(document, key) is not { } value || !values.Contains(value),
                _ => throw Unparsable(term),
            };
        }

        if (term.IndexOf("!=", StringComparison.Ordinal) is > 0 and var not)
        {
            var (key, value) = (term[..not].Trim(), term[(not + 2)..].Trim());
            return document => Label(document, key) != value;
        }

        if (term.IndexOf('=', StringComparison.Ordinal) is > 0 and var equal)
        {
            var (key, value) = (term[..equal].Trim(), term[(equal + 1)..].TrimStart('=').Trim());
            return document => Label(document, key) == value;
        }

        if (term.StartsWith('!'))
        {
            var key = term[1..].Trim();
            return document => Label(document, key) is null;
        }

        return term.Contains(' ', StringComparison.Ordinal) ? throw Unparsable(term) : document => Label(document, term) is not null;
    }

    private static string? Label(JsonObject document, string key) => (string?)document["metadata"]!["labels"]?[key];

    private static ApiException Unparsable(string term) => ApiException.BadRequest($"unable to parse requirement: found '{term}', expected: key, !key, key=value, key!=value, key in (…) or key notin (…)");
}
