using Tripod.Linux;

namespace Tripod.Serve;

/// <summary>
/// Gives memory back when a busy time is over: the collector by itself keeps what it once needed until it is needed
/// again, which on a quiet machine may be never.
/// </summary>
internal static class IdleMemory
{
    private const long Quiet = 2 * 1024 * 1024, Worthwhile = 16 * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(TimeProvider clock, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var (allocated, collectedAt) = (0L, 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
            {
                var now = GC.GetTotalAllocatedBytes();
                if (now - allocated < Quiet && now - collectedAt > Worthwhile)
                {
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    FreeMemory.Trim();
                    collectedAt = now;
                }

                allocated = now;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
