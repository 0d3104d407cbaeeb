namespace Tripod.Runtime.Logs;

/// <summary>A line of the CRI log format: RFC 3339 time, stream, tags, text, each after one space (Kubernetes, cri-api logging).</summary>
internal static class LogLine
{
    /// <summary>More than time, stream and tag can take: what of a line must be seen to know them.</summary>
    public const int LongestHead = 64;

    /// <summary>False for what is no such line: a log half written when the machine lost power.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> line, out LogEntry entry)
    {
        entry = default;
        var text = line.Span;
        var space = text.IndexOf((byte)' ');
        if (space < 0 || !TryParseTime(text[..space], out var time) || !TryParseHead(text[(space + 1)..], out var stderr, out var partial, out var length))
        {
            return false;
        }

        entry = new(time, stderr, partial, line[(space + 1 + length)..]);
        return true;
    }

    /// <summary>Stream and tag alone, from a line or its first <see cref="LongestHead"/> bytes.</summary>
    public static bool TryParseHead(ReadOnlySpan<byte> line, out LogStreams stream, out bool partial)
    {
        var found = TryParseHead(line[(line.IndexOf((byte)' ') + 1)..], out var stderr, out partial, out _);
        stream = stderr ? LogStreams.Stderr : LogStreams.Stdout;
        return found;
    }

    /// <param name="rest">What follows the time and its space.</param>
    /// <param name="length">Where the text begins in it.</param>
    private static bool TryParseHead(ReadOnlySpan<byte> rest, out bool stderr, out bool partial, out int length)
    {
        const int Stream = 6;
        (stderr, partial, length) = (rest.StartsWith("stderr "u8), false, 0);
        if (!stderr && !rest.StartsWith("stdout "u8))
        {
            return false;
        }

        // Tags are joined by colons; the first says whether the line is complete.
        var tags = rest[(Stream + 1)..];
        var end = tags.IndexOf((byte)' ');
        if (tags.IsEmpty || tags[0] is not ((byte)'F' or (byte)'P') || (end < 0 && tags.Length > 1) || (end >= 0 && end != 1 && tags[1] != ':'))
        {
            return false;
        }

        partial = tags[0] == 'P';
        length = Stream + 1 + (end < 0 ? tags.Length : end + 1);
        return true;
    }

    /// <summary><c>2026-11-23T14:53:36.123456789+01:00</c>, of which 100 ns are kept.</summary>
    private static bool TryParseTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        const int Seconds = 19;
        time = default;
        if (text.Length < Seconds + 1 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        int year = Number(text[..4]), month = Number(text[5..7]), day = Number(text[8..10]);
        int hour = Number(text[11..13]), minute = Number(text[14..16]), second = Number(text[17..19]);
        text = text[Seconds..];
        var ticks = 0L;
        if (text[0] == '.')
        {
            var digits = 1;
            for (long weight = TimeSpan.TicksPerSecond / 10; digits < text.Length && char.IsAsciiDigit((char)text[digits]); digits++, weight /= 10)
            {
                ticks += (text[digits] - '0') * weight;
            }

            text = text[digits..];
        }

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59
            || !TryParseOffset(text, out var offset))
        {
            return false;
        }

        var local = new DateTime(year, month, day, hour, minute, second).AddTicks(ticks);
        if (local.Ticks - offset.Ticks < 0 || local.Ticks - offset.Ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new(local, offset);
        return true;
    }

    private static bool TryParseOffset(ReadOnlySpan<byte> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text.SequenceEqual("Z"u8))
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':' || Number(text[1..3]) is not (var hours and >= 0 and < 14) || Number(text[4..6]) is not (var minutes and >= 0 and < 60))
        {
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    /// <returns>-1 for what is no number.</returns>
    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return -1;
            }

            number = (number * 10) + digit - '0';
        }

        return number;
    }
}
