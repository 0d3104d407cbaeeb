namespace Tripod.Runtime.Logs.Rotation;

/// <summary>When logs are looked at again: a quiet machine's seldom, one that fills quickly before it is full. Pure.</summary>
internal static class RotationPace
{
    /// <summary>The kubelet's own interval (containerLogMonitorInterval).</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    /// <param name="size">Of the log now, bytes.</param>
    /// <param name="before">At the last look.</param>
    /// <param name="since">How long ago that was.</param>
    /// <param name="limit">At which it is rotated.</param>
    public static TimeSpan NextLook(long size, long before, TimeSpan since, long limit)
    {
        var grown = size - before;
        if (grown <= 0 || since <= TimeSpan.Zero)
        {
            return Longest;
        }

        var untilFull = Math.Max(0, limit - size) / (grown / since.TotalSeconds);
        return untilFull >= Longest.TotalSeconds ? Longest : untilFull <= Shortest.TotalSeconds ? Shortest : TimeSpan.FromSeconds(untilFull);
    }
}
