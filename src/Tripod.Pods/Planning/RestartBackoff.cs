using System.Globalization;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Planning;

/// <summary>
/// Kubernetes' crash-loop back-off as a pure function of what is observed, so that a new engine knows it too: the first
/// restart at once, then 10 s doubling to 5 min, from the beginning again after 10 min of running.
/// </summary>
internal static class RestartBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10), Most = TimeSpan.FromMinutes(5), Forgiven = TimeSpan.FromMinutes(10);

    /// <summary>Which restart in a row the next start of an ended container is: 1 for the first.</summary>
    public static int NextInARow(ContainerStatus ended)
    {
        var ran = ended.StartedAt is { } started && ended.FinishedAt is { } finished ? finished - started : TimeSpan.Zero;
        return ran >= Forgiven ? 1 : InARow(ended) + 1;
    }

    /// <summary>How long after its end the next start has to wait.</summary>
    public static TimeSpan Delay(int inARow) =>
        inARow <= 1 ? TimeSpan.Zero : Doubled(inARow - 2);

    /// <summary>10 s doubled <paramref name="times"/> times, at most 5 min; also what a failing image pull waits.</summary>
    public static TimeSpan Doubled(int times) =>
        times >= 5 ? Most : First * (1 << times);

    private static int InARow(ContainerStatus container) =>
        container.Config.Annotations.TryGetValue(Labels.Restarts, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;
}
