namespace Tripod.FrontDoors.Kubernetes.Selecting;

/// <summary>What a label's key and value may look like.</summary>
internal static class SelectorSyntax
{
    private const int LongestName = 63, LongestPrefix = 253;

    public static bool IsKey(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var (prefix, name) = slash < 0 ? ("", key) : (key[..slash], key[(slash + 1)..]);
        return name.Length > 0 && IsValue(name) && (slash < 0 || (prefix.Length is > 0 and <= LongestPrefix && prefix.All(letter => IsWord(letter) || letter is '-' or '.')));
    }

    public static bool IsValue(string value) =>
        value.Length == 0
        || (value.Length <= LongestName && IsWord(value[0]) && IsWord(value[^1]) && value.All(letter => IsWord(letter) || letter is '-' or '_' or '.'));

    private static bool IsWord(char letter) => char.IsAsciiLetterOrDigit(letter);
}
