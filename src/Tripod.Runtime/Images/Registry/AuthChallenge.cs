using System.Net.Http.Headers;

namespace Tripod.Runtime.Images.Registry;

/// <summary>What a registry wants to be shown (WWW-Authenticate; RFC 9110 §11 and Docker's token specification).</summary>
internal sealed record AuthChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    /// <summary>The one to answer: a token where there is a choice.</summary>
    public static AuthChallenge? Choose(IEnumerable<AuthenticationHeaderValue> headers)
    {
        var challenges = headers.Select(header => new AuthChallenge(header.Scheme, Read(header.Parameter ?? ""))).ToList();
        return challenges.Find(challenge => challenge.IsBearer) ?? challenges.Find(challenge => challenge.IsBasic);
    }

    /// <summary><c>key="value with \" quoted", key=token</c></summary>
    internal static IReadOnlyDictionary<string, string> Read(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < text.Length;)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                break;
            }

            var key = text[at..equals].Trim(' ', ',', '\t');
            var (value, end) = equals + 1 < text.Length && text[equals + 1] == '"' ? Quoted(text, equals + 2) : Token(text, equals + 1);
            parameters.TryAdd(key, value);
            at = end;
        }

        return parameters;
    }

    private static (string Value, int End) Quoted(string text, int at)
    {
        var value = new System.Text.StringBuilder();
        for (; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            value.Append(text[at]);
        }

        return (value.ToString(), at + 1);
    }

    private static (string Value, int End) Token(string text, int at)
    {
        var comma = text.IndexOf(',', at);
        return comma < 0 ? (text[at..].Trim(), text.Length) : (text[at..comma].Trim(), comma + 1);
    }
}
