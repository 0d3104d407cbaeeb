using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <summary>Durations as Kubernetes prints them in tables: two units at most, the finer the younger.</summary>
public static class Age
{
    public static string Since(JsonNode? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse((string?)timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var then) ? Of(now - then) : "<unknown>";

    public static string Of(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        long minutes = seconds / 60, hours = seconds / 3600, days = hours / 24, years = days / 365;
        return seconds < 0 ? "0s"
            : seconds < 120 ? $"{seconds}s"
            : minutes < 10 ? Two(minutes, "m", seconds % 60, "s")
            : minutes < 180 ? $"{minutes}m"
            : hours < 8 ? Two(hours, "h", minutes % 60, "m")
            : hours < 48 ? $"{hours}h"
            : hours < 192 ? Two(days, "d", hours % 24, "h")
            : days < 730 ? $"{days}d"
            : years < 8 ? Two(years, "y", days % 365, "d")
            : $"{years}y";
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
