using System.Globalization;
using System.Text.RegularExpressions;

namespace Tripod.Client;

/// <summary>Spans of time as Go writes them: <c>1h30m</c>, <c>10s</c>. Pure.</summary>
internal static partial class Duration
{
    /// <summary>Whole seconds, at least one.</summary>
    /// <exception cref="CommandFailure">It is no such span.</exception>
    public static long Seconds(string text)
    {
        var time = TryParse(text) ?? throw new CommandFailure($"error: {text} is no span of time: write it as 5s, 2m or 1h30m");
        return Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
    }

    /// <returns>Null where it is no such span.</returns>
    public static TimeSpan? TryParse(string text) => Whole().IsMatch(text)
        ? TimeSpan.FromSeconds(Part().Matches(text).Sum(part => double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * part.Groups[2].Value switch { "h" => 3600, "m" => 60, "s" => 1, _ => 0.001 }))
        : null;

    [GeneratedRegex(@"^([0-9.]+(h|ms|m|s))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"([0-9.]+)(h|ms|m|s)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
