namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <summary>Spans of time as kubectl's users know them: two units while the first is small, then one.</summary>
public static class HumanDuration
{
    public const string Unknown = "<unknown>";

    /// <summary>How long ago, or <c>&lt;unknown&gt;</c> for a time that was never set.</summary>
    public static string Since(DateTimeOffset? moment, DateTimeOffset now) => moment is { } then ? Of(now - then) : Unknown;

    public static string Of(TimeSpan span)
    {
        // Clocks of client and server may differ by a second; more is a fault worth showing.
        if ((long)span.TotalSeconds < -1)
        {
            return "<invalid>";
        }

        var seconds = Math.Max(0, (long)span.TotalSeconds);
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return (seconds, minutes, hours, days) switch
        {
            ( < 120, _, _, _) => $"{seconds}s",
            (_, < 10, _, _) => Two(minutes, "m", seconds % 60, "s"),
            (_, < 180, _, _) => $"{minutes}m",
            (_, _, < 8, _) => Two(hours, "h", minutes % 60, "m"),
            (_, _, < 48, _) => $"{hours}h",
            (_, _, < 192, _) => Two(days, "d", hours % 24, "h"),
            (_, _, _, < 730) => $"{days}d",
            (_, _, _, < 2920) => Two(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        };
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
