using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>
/// kubectl's JSONPath templates: text with paths in braces, <c>{range}…{end}</c>, quoted text, steps <c>.a</c>, <c>['a.b']</c>,
/// <c>[0]</c>, <c>[-1]</c>, <c>[1:3]</c>, <c>[*]</c>, <c>..a</c> and filters <c>[?(@.a=="b")]</c>. Pure.
/// </summary>
internal static class JsonPath
{
    /// <exception cref="CommandFailure">The template cannot be understood.</exception>
    public static string Print(string template, JsonNode document)
    {
        var output = new StringBuilder();
        var position = 0;
        Run(Parts(template), ref position, [document], output);
        return output.ToString();
    }

    /// <summary>The values that a path leads to; a path may come without braces and without its first dot.</summary>
    public static IReadOnlyList<JsonNode?> Values(string path, JsonNode document)
    {
        var plain = path.Trim().TrimStart('{').TrimEnd('}');
        return Walk(plain.StartsWith('.') || plain.StartsWith('[') ? plain : "." + plain, [document]);
    }

    public static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => (string)scalar!,
        _ => JsonText.Of(value),
    };

    private static void Run(IReadOnlyList<(bool IsPath, string Text)> parts, ref int position, IReadOnlyList<JsonNode?> here, StringBuilder output)
    {
        for (; position < parts.Count; position++)
        {
            var (isPath, text) = parts[position];
            if (!isPath)
            {
                output.Append(text);
            }
            else if (text == "end")
            {
                return;
            }
            else if (text.StartsWith("range ", StringComparison.Ordinal))
            {
                var body = position + 1;
                var items = Walk(text["range ".Length..].Trim(), here);
                position = End(parts, body);
                foreach (var item in items)
                {
                    var inner = body;
                    Run(parts, ref inner, [item], output);
                }
            }
            else
            {
                output.AppendJoin(' ', text is ['"', .., '"'] or ['\'', .., '\''] ? [Unescape(text[1..^1])] : Walk(text, here).Select(Text));
            }
        }
    }

    private static int End(IReadOnlyList<(bool IsPath, string Text)> parts, int from)
    {
        for (int position = from, depth = 1; position < parts.Count; position++)
        {
            depth += !parts[position].IsPath ? 0 : parts[position].Text.StartsWith("range ", StringComparison.Ordinal) ? 1 : parts[position].Text == "end" ? -1 : 0;
            if (depth == 0)
            {
                return position;
            }
        }

        throw new CommandFailure("error: jsonpath: {range} without {end}");
    }

    private static List<(bool IsPath, string Text)> Parts(string template)
    {
        var parts = new List<(bool, string)>();
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf('{', at);
            if (open < 0)
            {
                parts.Add((false, template[at..]));
                break;
            }

            var close = template.IndexOf('}', open);
            if (close < 0)
            {
                throw new CommandFailure($"error: jsonpath: unclosed action in {template}");
            }

            if (open > at)
            {
                parts.Add((false, template[at..open]));
            }

            parts.Add((true, template[(open + 1)..close].Trim()));
            at = close + 1;
        }

        return parts;
    }

    private static IReadOnlyList<JsonNode?> Walk(string path, IReadOnlyList<JsonNode?> from)
    {
        var rest = path.TrimStart('@', '$');
        while (rest.Length > 0)
        {
            var (next, length) = JsonPathStep.Take(rest, path);
            from = [.. from.SelectMany(next)];
            rest = rest[length..];
        }

        return from;
    }

    private static string Unescape(string text) => text.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal);

    /// <summary>Compares as kubectl does: numbers as numbers, the rest as text.</summary>
    public static bool Holds(JsonNode? item, string left, string comparison, string right)
    {
        var found = Walk(left, [item]);
        if (comparison.Length == 0)
        {
            return found.Count > 0;
        }

        var wanted = right.Trim('"', '\'');
        return found.Any(value =>
        {
            var order = decimal.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var one) && decimal.TryParse(wanted, NumberStyles.Float, CultureInfo.InvariantCulture, out var other)
                ? one.CompareTo(other)
                : string.CompareOrdinal(Text(value), wanted);
            return comparison switch { "==" => order == 0, "!=" => order != 0, "<" => order < 0, ">" => order > 0, "<=" => order <= 0, _ => order >= 0 };
        });
    }
}
