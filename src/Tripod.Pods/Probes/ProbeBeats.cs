using System.Collections.Concurrent;

namespace Tripod.Pods.Probes;

/// <summary>
/// The common beat of all pods' probes: what is due in the same 25 ms shares one timer and is begun by one thread, one after
/// the other. Waking costs more than probing.
/// </summary>
internal sealed class ProbeBeats(TimeProvider clock)
{
    private const int PerSecond = 40;

    private static readonly long Ticks = TimeSpan.TicksPerSecond / PerSecond;

    private readonly ConcurrentDictionary<long, Task> coming = new();

    /// <summary>The number of the beat that is now, or comes next.</summary>
    public long Next => (clock.GetUtcNow().UtcTicks + Ticks - 1) / Ticks;

    /// <summary>The beat so many seconds after another; where that is over, the next one.</summary>
    public long After(long beat, int seconds) => Math.Max(beat + (seconds * PerSecond), Next);

    /// <summary>Completes on the beat; at once where it is over.</summary>
    public Task Reach(long beat) => beat < Next ? Task.CompletedTask : coming.GetOrAdd(beat, WaitAsync);

    private async Task WaitAsync(long beat)
    {
        // Never over before it is in the table, from which it takes itself.
        var left = TimeSpan.FromTicks(Math.Max((beat * Ticks) - clock.GetUtcNow().UtcTicks, TimeSpan.TicksPerMillisecond));
        await Task.Delay(left, clock).ConfigureAwait(false);
        coming.TryRemove(beat, out _);
    }
}
