using System.Globalization;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>Times and spans as Docker writes and reads them. Pure.</summary>
internal static class DockerTime
{
    public const string Never = "0001-01-01T00:00:00Z";

    public static string Text(DateTimeOffset? time) => time is { } at ? at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture) + "00Z" : Never;

    /// <summary><c>5 minutes</c>, <c>About an hour</c>: as <c>docker ps</c> says it.</summary>
    public static string Human(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "Less than a second",
        { TotalSeconds: < 2 } => "1 second",
        { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds} seconds",
        { TotalMinutes: < 2 } => "About a minute",
        { TotalMinutes: < 60 } => $"{(int)span.TotalMinutes} minutes",
        { TotalHours: < 1.5 } => "About an hour",
        { TotalHours: < 48 } => $"{(int)Math.Round(span.TotalHours, MidpointRounding.AwayFromZero)} hours",
        { TotalDays: < 14 } => $"{(int)span.TotalDays} days",
        { TotalDays: < 60 } => $"{(int)(span.TotalDays / 7)} weeks",
        { TotalDays: < 730 } => $"{(int)(span.TotalDays / 30)} months",
        _ => $"{(int)(span.TotalDays / 365)} years",
    };

    /// <summary>A query's <c>since</c> and <c>until</c>: seconds since 1970 with a fraction, or RFC 3339.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static DateTimeOffset? Parse(string text)
    {
        if (text is "" or "0")
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }
}
