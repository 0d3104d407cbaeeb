using System.Globalization;

namespace Tripod.FrontDoors.Kubernetes.Selecting;

/// <summary>Kubernetes' selector language: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;1</c>.</summary>
internal sealed class LabelSelectorParser(string text)
{
    private const string Punctuation = "!=<>(),";

    private int position;

    public IReadOnlyList<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        if (Peek().Length == 0)
        {
            return requirements;
        }

        while (true)
        {
            requirements.Add(Requirement());
            switch (Next())
            {
                case "":
                    return requirements;
                case "," when Peek() is { Length: > 0 } and not ",":
                    break;
                case var found:
                    throw Malformed($"found '{found}', expected: ',' or 'end of string'");
            }
        }
    }

    private LabelRequirement Requirement()
    {
        var negated = Peek() == "!";
        if (negated)
        {
            Next();
        }

        var key = Next();
        if (!SelectorSyntax.IsKey(key))
        {
            throw Malformed($"found '{key}', expected: a label key");
        }

        if (negated)
        {
            return new(key, LabelOperator.DoesNotExist, []);
        }

        if (Peek() is "" or ",")
        {
            return new(key, LabelOperator.Exists, []);
        }

        return Next() switch
        {
            "=" or "==" => new(key, LabelOperator.In, [Value(key)]),
            "!=" => new(key, LabelOperator.NotIn, [Value(key)]),
            "in" => new(key, LabelOperator.In, Values(key)),
            "notin" => new(key, LabelOperator.NotIn, Values(key)),
            ">" => new(key, LabelOperator.GreaterThan, [Integer(key)]),
            "<" => new(key, LabelOperator.LessThan, [Integer(key)]),
            var found => throw Malformed($"found '{found}', expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private string Value(string key)
    {
        if (Peek() is "" or ",")
        {
            return "";
        }

        var value = Next();
        return SelectorSyntax.IsValue(value)
            ? value
            : throw Malformed($"values[0][{key}]: Invalid value: \"{value}\": a label's value must be at most 63 letters, digits, '-', '_' or '.', and begin and end with a letter or digit");
    }

    private string Integer(string key)
    {
        var value = Next();
        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? value
            : throw Malformed($"values[0][{key}]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");
    }

    private List<string> Values(string key)
    {
        if (Next() is var open && open != "(")
        {
            throw Malformed($"found '{open}', expected: '('");
        }

        var values = new List<string>();
        while (true)
        {
            values.Add(Peek() == ")" ? "" : Value(key));
            switch (Next())
            {
                case ",":
                    break;
                case ")":
                    return values;
                case var found:
                    throw Malformed($"found '{found}', expected: ',' or ')'");
            }
        }
    }

    private string Peek()
    {
        var before = position;
        var token = Next();
        position = before;
        return token;
    }

    private string Next()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        if (position == text.Length)
        {
            return "";
        }

        var start = position++;
        if (text[start] is '=' or '!' && position < text.Length && text[position] == '=')
        {
            position++;
        }
        else if (!Punctuation.Contains(text[start], StringComparison.Ordinal))
        {
            while (position < text.Length && !char.IsWhiteSpace(text[position]) && !Punctuation.Contains(text[position], StringComparison.Ordinal))
            {
                position++;
            }
        }

        return text[start..position];
    }

    private static ApiException Malformed(string why) => ApiException.BadRequest($"unable to parse requirement: {why}");
}
