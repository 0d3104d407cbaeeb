using System.Text;

namespace Tripod.Pods.Starting;

/// <summary>Kubernetes' <c>$(NAME)</c> in commands, arguments and environment: <c>$$(NAME)</c> stays as <c>$(NAME)</c>, an unknown name as it is.</summary>
internal static class Expansion
{
    public static string Expand(string text, IReadOnlyDictionary<string, string> values) => Expand(text, name => values.GetValueOrDefault(name));

    /// <param name="text">What may hold references.</param>
    /// <param name="value">Null for a name that is not known.</param>
    public static string Expand(string text, Func<string, string?> value)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
            }
            else if (text[i + 1] == '$')
            {
                result.Append('$');
                i++;
            }
            else if (text[i + 1] == '(' && text.IndexOf(')', i) is > 0 and var end)
            {
                result.Append(value(text[(i + 2)..end]) ?? text[i..(end + 1)]);
                i = end;
            }
            else
            {
                result.Append('$');
            }
        }

        return result.ToString();
    }
}
