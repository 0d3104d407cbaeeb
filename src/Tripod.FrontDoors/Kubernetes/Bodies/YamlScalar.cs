using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>What a plain YAML scalar means to Kubernetes: YAML 1.1 as Go's parser has it.</summary>
internal static class YamlScalar
{
    private const string Core = "tag:yaml.org,2002:";

    private static readonly Regex Float = new(
        "^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <param name="text">The scalar's text, quotes and folds undone.</param>
    /// <param name="isPlain">Neither quoted nor a block.</param>
    /// <param name="tag">As written, or empty.</param>
    /// <exception cref="FormatException">The tag says another type than the text has.</exception>
    public static JsonNode? Resolve(string text, bool isPlain, string tag) =>
        tag switch
        {
            "" => isPlain ? Plain(text) : JsonValue.Create(text),
            "!" or Core + "str" => JsonValue.Create(text),
            Core + "binary" => JsonValue.Create(Encoding.UTF8.GetString(Convert.FromBase64String(text))),
            Core + "null" => null,
            Core + "int" => Integer(text) ?? throw Wrong(text, tag),
            Core + "float" => Number(text) ?? throw Wrong(text, tag),
            Core + "bool" => Bool(text) is { } flag ? JsonValue.Create(flag) : throw Wrong(text, tag),
            _ => JsonValue.Create(text),
        };

    /// <summary>A mapping's key, which JSON wants as text: <c>on</c> becomes <c>true</c>, <c>0x10</c> becomes <c>16</c>.</summary>
    public static string? Key(JsonNode? key) =>
        key is JsonValue value ? value.TryGetValue<string>(out var text) ? text : value.ToJsonString() : null;

    private static JsonNode? Plain(string text)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL")
        {
            return null;
        }
        if (Bool(text) is { } flag)
        {
            return JsonValue.Create(flag);
        }
        if (text.TrimStart('+', '-') is ".inf" or ".Inf" or ".INF" or ".nan" or ".NaN" or ".NAN")
        {
            throw new FormatException($"unsupported value: {text}");
        }
        return char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'
            ? Number(text) ?? JsonValue.Create(text)
            : JsonValue.Create(text);
    }

    private static bool? Bool(string text) =>
        text switch
        {
            "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
            "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
            _ => null,
        };

    private static JsonNode? Number(string text)
    {
        if (Integer(text) is { } integer)
        {
            return integer;
        }
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        return Float.IsMatch(plain)
            && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? Math.Abs(number) < 1e15 && number == Math.Truncate(number) ? JsonText.Number((long)number) : JsonText.Number(number)
                : null;
    }

    // 0x, 0o and 0b are what they are elsewhere; a leading zero alone is octal, which file modes count on.
    private static JsonNode? Integer(string text)
    {
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        var isNegative = plain.StartsWith('-');
        var digits = plain.TrimStart('+', '-');
        if (digits.Length == 0 || plain.Length - digits.Length > 1 || !char.IsAsciiDigit(digits[0]))
        {
            return null;
        }
        var (radix, rest) = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => (16, hex),
            ['0', 'o' or 'O', .. var octal] => (8, octal),
            ['0', 'b' or 'B', .. var binary] => (2, binary),
            ['0', _, ..] => (8, digits[1..]),
            _ => (10, digits),
        };
        UInt128 value = 0;
        foreach (var digit in rest)
        {
            if (!char.IsAsciiHexDigit(digit) || Convert.ToInt32(digit.ToString(), 16) is var number && number >= radix)
            {
                return null;
            }
            value = value * (UInt128)radix + (UInt128)number;
            if (value > ulong.MaxValue)
            {
                return null;
            }
        }
        // What does not fit is a floating point number to Kubernetes.
        if (rest.Length == 0 || value > (isNegative ? 1UL << 63 : long.MaxValue))
        {
            return null;
        }
        return JsonText.Number(isNegative ? (long)-(Int128)value : (long)value);
    }

    private static FormatException Wrong(string text, string tag) => new($"cannot decode `{text}` as a !!{tag[Core.Length..]}");
}
