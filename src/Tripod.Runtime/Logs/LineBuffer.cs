namespace Tripod.Runtime.Logs;

/// <summary>Cuts what is read into lines. A line that was handed out is never overwritten: full arrays are left to their readers.</summary>
internal sealed class LineBuffer
{
    private const int Chunk = 64 * 1024;

    /// <summary>conmon stores a longer line in parts; what is longer here is no log and is passed over.</summary>
    private const int Longest = 1024 * 1024;

    private byte[] buffer = new byte[Chunk];
    private int start, scanned, end;
    private bool skipping;

    /// <summary>What has come of a line that is not complete.</summary>
    public ReadOnlyMemory<byte> Rest => skipping ? default : buffer.AsMemory(start, end - start);

    /// <param name="most">No more than so many bytes.</param>
    public int Fill(LogFile file, long most)
    {
        if (end == buffer.Length)
        {
            var rest = end - start;
            if (rest > Longest)
            {
                (skipping, start, rest) = (true, end, 0);
            }

            var next = new byte[Math.Max(Chunk, rest * 2)];
            buffer.AsSpan(start, rest).CopyTo(next);
            (scanned, start, end, buffer) = (scanned - start, 0, rest, next);
            scanned = Math.Clamp(scanned, 0, rest);
        }

        var count = file.Read(buffer.AsSpan(end, (int)Math.Min(buffer.Length - end, most)));
        end += count;
        return count;
    }

    public bool TryTake(out ReadOnlyMemory<byte> line)
    {
        while (true)
        {
            var feed = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
            if (feed < 0)
            {
                scanned = end;
                line = default;
                return false;
            }

            line = buffer.AsMemory(start, scanned + feed - start);
            start = scanned += feed + 1;
            if (!skipping)
            {
                return true;
            }

            skipping = false;
        }
    }

    /// <summary>Forgets an incomplete line: another file begins.</summary>
    public void Clear() => (start, scanned, skipping) = (end, end, false);
}
