namespace Tripod.Pods.Probes;

/// <summary>
/// Brings the probes of all pods to a common beat, so that one wake of the engine serves all that are due together: waking
/// costs more than probing. Pure.
/// </summary>
internal static class ProbeBeat
{
    private static readonly long Ticks = TimeSpan.FromMilliseconds(25).Ticks;

    /// <returns>At least the period, and less than a beat more.</returns>
    public static TimeSpan After(DateTimeOffset now, TimeSpan period) => period + TimeSpan.FromTicks((Ticks - ((now.UtcTicks + period.Ticks) % Ticks)) % Ticks);
}
