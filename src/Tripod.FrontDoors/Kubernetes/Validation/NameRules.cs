using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>The forms of names, each with Kubernetes' words for what breaks it; no message means the text is good.</summary>
public static class NameRules
{
    private const string LabelForm = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainForm = LabelForm + "(\\." + LabelForm + ")*";
    private const string ServiceForm = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string QualifiedForm = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string ValueForm = "(" + QualifiedForm + ")?";
    private const string KeyForm = "[-._a-zA-Z0-9]+";

    private const string LabelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + $"alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{LabelForm}')";

    private const string SubdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
        + $"alphanumeric character (e.g. 'example.com', regex used for validation is '{SubdomainForm}')";

    private const string ServiceText =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an "
        + $"alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{ServiceForm}')";

    private const string QualifiedText =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + $"(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{QualifiedForm}')";

    private const string ValueText =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + $"alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '{ValueForm}')";

    private const string KeyText =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
        + $"(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '{KeyForm}')";

    // Without backtracking: the texts are the client's and may be long.
    private static readonly Regex LabelRegex = Whole(LabelForm);
    private static readonly Regex SubdomainRegex = Whole(SubdomainForm);
    private static readonly Regex ServiceRegex = Whole(ServiceForm);
    private static readonly Regex QualifiedRegex = Whole(QualifiedForm);
    private static readonly Regex ValueRegex = Whole(ValueForm);
    private static readonly Regex KeyRegex = Whole(KeyForm);

    public static IEnumerable<string> Label(string text) => Check(text, 63, LabelRegex, LabelText);

    public static IEnumerable<string> Subdomain(string text) => Check(text, 253, SubdomainRegex, SubdomainText);

    public static IEnumerable<string> ServiceName(string text) => Check(text, 63, ServiceRegex, ServiceText);

    /// <summary>What may stand in a path of the API, as the names of roles must.</summary>
    public static IEnumerable<string> PathSegment(string text)
    {
        if (text is "." or "..")
        {
            yield return $"may not be '{text}'";
        }

        foreach (var part in (string[])["/", "%"])
        {
            if (text.Contains(part, StringComparison.Ordinal))
            {
                yield return $"may not contain '{part}'";
            }
        }
    }

    public static IEnumerable<string> LabelValue(string text) => Check(text, 63, ValueRegex, ValueText);

    /// <summary>A label's or annotation's key, a taint's, a finalizer: a name with an optional prefix.</summary>
    public static IEnumerable<string> QualifiedName(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
        {
            yield return $"a qualified name {QualifiedText} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }
        if (parts.Length == 2)
        {
            foreach (var fault in parts[0].Length == 0 ? ["must be non-empty"] : Subdomain(parts[0]))
            {
                yield return $"prefix part {fault}";
            }
        }
        var name = parts[^1];
        if (name.Length == 0)
        {
            yield return "name part must be non-empty";
        }
        foreach (var fault in Check(name, 63, QualifiedRegex, QualifiedText))
        {
            yield return $"name part {fault}";
        }
    }

    /// <summary>A key of a ConfigMap or Secret, which becomes a file's name.</summary>
    public static IEnumerable<string> ConfigKey(string text)
    {
        foreach (var fault in Check(text, 253, KeyRegex, KeyText))
        {
            yield return fault;
        }
        if (text is "." or "..")
        {
            yield return $"must not be '{text}'";
        }
        else if (text.StartsWith("..", StringComparison.Ordinal))
        {
            yield return "must not start with '..'";
        }
    }

    public static IEnumerable<string> VariableName(string text) =>
        text.Any(c => c is < ' ' or > '~' or '=')
            ? ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
            : [];

    /// <summary>Of a request that a probe or a hook makes.</summary>
    public static IEnumerable<string> HeaderName(string text)
    {
        if (text.Length == 0 || !text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
        {
            yield return "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
        }
    }

    /// <summary>A port's name, as RFC 6335 has service names.</summary>
    public static IEnumerable<string> PortName(string text)
    {
        if (text.Length > 15)
        {
            yield return "must be no more than 15 characters";
        }
        if (text.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
        {
            yield return "must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)";
        }
        if (!text.Any(char.IsAsciiLetterLower))
        {
            yield return "must contain at least one letter (a-z)";
        }
        if (text.Contains("--", StringComparison.Ordinal))
        {
            yield return "must not contain consecutive hyphens";
        }
        if (text.StartsWith('-') || text.EndsWith('-'))
        {
            yield return "must not begin or end with a hyphen";
        }
    }

    public static IEnumerable<string> Port(long number) => Range(number, 1, 65535);

    public static IEnumerable<string> Range(long number, long least, long most) =>
        number < least || number > most
            ? [string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most}, inclusive")]
            : [];

    // .NET reads more as an address than Kubernetes does, such as "1" and "0x7f.1".
    public static IEnumerable<string> Address(string text) =>
        IPAddress.TryParse(text, out var address)
        && !text.Contains('%', StringComparison.Ordinal)
        && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text)
            ? []
            : ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"];

    private static IEnumerable<string> Check(string text, int longest, Regex form, string fault)
    {
        if (text.Length > longest)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"must be no more than {longest} characters");
        }
        if (!form.IsMatch(text))
        {
            yield return fault;
        }
    }

    private static Regex Whole(string form) => new($"^(?:{form})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
