using System.Globalization;
using System.Text.RegularExpressions;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>500ms</c>. Pure.</summary>
internal static partial class GoDuration
{
    /// <summary>Null for what is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success || text.Length == 0)
        {
            return null;
        }

        var total = TimeSpan.Zero;
        foreach (var part in match.Groups[1].Captures.Zip(match.Groups[2].Captures))
        {
            var number = double.Parse(part.First.Value, CultureInfo.InvariantCulture);
            total += part.Second.Value switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => TimeSpan.FromMicroseconds(number / (part.Second.Value == "ns" ? 1000 : 1)),
            };
        }

        return total;
    }

    [GeneratedRegex(@"^(?:([0-9]+(?:\.[0-9]+)?)(h|ms|m|s|us|µs|ns))+$")]
    private static partial Regex Pattern();
}
