namespace Tripod.Runtime.Logs;

/// <summary>Finds where the last lines of a log begin, from its end backwards. A line stored in parts counts once.</summary>
internal static class LogTail
{
    private const int Block = 64 * 1024;

    /// <summary>Opens the file that the tail begins in, placed at its first line.</summary>
    /// <returns>The file, null where there is none; and how many whole lines of it are to be passed over (compressed files cannot be placed).</returns>
    public static (LogFile? File, long Skip) Open(LogFiles files, long lines, LogStreams streams)
    {
        LogFile? oldest = null;
        var last = true;
        foreach (var name in files.All().Reverse())
        {
            if (LogFile.Open(name) is not { } file)
            {
                continue;
            }

            oldest?.Dispose();
            oldest = file;
            if (file.IsCompressed)
            {
                file.Dispose();
                var held = Count(name, streams);
                oldest = LogFile.Open(name);
                if (held >= lines)
                {
                    return (oldest, held - lines);
                }

                lines -= held;
            }
            else if (Place(file, ref lines, ref last, streams) || lines == 0)
            {
                return (file, 0);
            }
        }

        return (oldest, 0);
    }

    /// <summary>Sets the offset so that so many lines follow it.</summary>
    /// <param name="last">Nothing of the log has been seen yet.</param>
    /// <returns>False when the file has no more: it is wanted whole, and <paramref name="lines"/> is what is missing.</returns>
    private static bool Place(LogFile file, ref long lines, ref bool last, LogStreams streams)
    {
        var buffer = new byte[Block + LogLine.LongestHead];
        var length = file.Length;
        if (lines == 0)
        {
            file.Offset = length;
            return true;
        }

        // The start of the line looked at is one past the line feed before it; a block is read with the head of the next, so that no head is cut in two.
        for (var to = length; to > 0;)
        {
            var from = Math.Max(0, to - Block);
            var view = buffer.AsSpan(0, file.ReadAt(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - from)), from));
            for (var at = (int)(to - from) - 1; at >= -1; at--)
            {
                at = view[..(at + 1)].LastIndexOf((byte)'\n');
                if (at < 0 && from > 0)
                {
                    break;
                }

                var start = from + at + 1;
                if (start < length && LogLine.TryParseHead(view[(at + 1)..], out var stream, out var partial) && (stream & streams) != 0)
                {
                    // A part belongs to the whole line after it; only at the very end it stands for itself.
                    if ((!partial || last) && lines-- == 0)
                    {
                        file.Offset = End(file, start, length);
                        return true;
                    }

                    last = false;
                }
            }

            to = from;
        }

        return false;
    }

    /// <summary>Where the line that starts here is over.</summary>
    private static long End(LogFile file, long start, long length)
    {
        var buffer = new byte[Block];
        for (var at = start; at < length;)
        {
            var count = file.ReadAt(buffer, at);
            var feed = buffer.AsSpan(0, count).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                return at + feed + 1;
            }

            at += Math.Max(1, count);
        }

        return length;
    }

    private static long Count(LogFileName name, LogStreams streams)
    {
        using var file = LogFile.Open(name);
        var buffer = new LineBuffer();
        var lines = 0L;
        while (file is not null && buffer.Fill(file, long.MaxValue) > 0)
        {
            while (buffer.TryTake(out var line))
            {
                lines += LogLine.TryParseHead(line.Span, out var stream, out var partial) && !partial && (stream & streams) != 0 ? 1 : 0;
            }
        }

        return lines;
    }
}
