using System.Collections.Immutable;

namespace Tripod.Pods.Eviction;

/// <summary>One signal as it was read.</summary>
internal sealed record Observation(decimal Available, decimal Capacity);

/// <summary>What is remembered from one look to the next.</summary>
internal sealed record PressureState
{
    /// <summary>When each threshold that is met now was first met.</summary>
    public ImmutableDictionary<Threshold, DateTimeOffset> Since { get; init; } = ImmutableDictionary<Threshold, DateTimeOffset>.Empty;

    /// <summary>When each of the node's conditions last had a cause.</summary>
    public ImmutableDictionary<string, DateTimeOffset> LastSeen { get; init; } = ImmutableDictionary<string, DateTimeOffset>.Empty;

    /// <summary>Met for as long as their grace: they stay until their minimum is reclaimed.</summary>
    public ImmutableList<Threshold> Due { get; init; } = [];
}

/// <summary>Which thresholds are met, what the node says of itself, and what is to be reclaimed first (Kubernetes: Node-pressure Eviction). Pure.</summary>
internal static class Pressure
{
    /// <returns>The state to remember, and the conditions that hold, in the order of their names.</returns>
    public static (PressureState State, IReadOnlyList<string> Conditions) Advance(EvictionOptions options, IReadOnlyDictionary<string, Observation> seen, PressureState before, DateTimeOffset now)
    {
        var met = options.Thresholds.Where(threshold => IsMet(threshold, seen, untilReclaimed: false))
            .Union(before.Due.Where(threshold => IsMet(threshold, seen, untilReclaimed: true)))
            .ToList();
        var since = met.ToImmutableDictionary(threshold => threshold, threshold => before.Since.GetValueOrDefault(threshold, now));
        var lastSeen = before.LastSeen.SetItems(met.Select(threshold => KeyValuePair.Create(Signal.Condition(threshold.Signal), now)));
        var state = new PressureState
        {
            Since = since,
            LastSeen = lastSeen,
            Due = [.. met.Where(threshold => now - since[threshold] >= threshold.Grace)],
        };
        var conditions = lastSeen.Where(pair => now - pair.Value < options.PressureTransitionPeriod || pair.Value == now).Select(pair => pair.Key);
        return (state, [.. conditions.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Memory before all else: want of it is felt first.</summary>
    public static Threshold? First(PressureState state) => state.Due.OrderBy(threshold => threshold.Signal == Signal.Memory ? 0 : 1).FirstOrDefault();

    /// <param name="untilReclaimed">The minimum that has to be reclaimed counts too.</param>
    public static bool IsMet(Threshold threshold, IReadOnlyDictionary<string, Observation> seen, bool untilReclaimed) =>
        seen.TryGetValue(threshold.Signal, out var observed)
        && threshold.Value.Of(observed.Capacity) + (untilReclaimed ? threshold.MinimumReclaim?.Of(observed.Capacity) ?? 0 : 0) > observed.Available;
}
