namespace Tripod.Pods.Eviction;

/// <summary>When pods are evicted and what is collected before; names and defaults are the kubelet's (KubeletConfiguration v1beta1).</summary>
public sealed record EvictionOptions
{
    /// <summary>Of hard thresholds, where none are configured.</summary>
    public static IReadOnlyDictionary<string, string> DefaultHard { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [Signal.Memory] = "100Mi",
        [Signal.NodeDisk] = "10%",
        [Signal.NodeInodes] = "5%",
        [Signal.ImageDisk] = "15%",
        [Signal.ImageInodes] = "5%",
    };

    public IReadOnlyList<Threshold> Thresholds { get; init; } = [.. DefaultHard.Select(pair => new Threshold(pair.Key, ThresholdAmount.Parse(pair.Value), TimeSpan.Zero))];

    /// <summary>How long a condition of the node stays after its cause was last seen, so that it does not flicker.</summary>
    public TimeSpan PressureTransitionPeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most that a pod evicted by a soft threshold may take to end; zero: as by a hard one.</summary>
    public TimeSpan MaxPodGracePeriod { get; init; }

    /// <summary>Percent of the images' file system in use at which images are collected, and down to which.</summary>
    public int ImageHighPercent { get; init; } = 85;
    public int ImageLowPercent { get; init; } = 80;

    /// <summary>An image that has been there for less is kept.</summary>
    public TimeSpan ImageMinimumAge { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>An image that has been unused for longer goes, whatever room there is; zero: none goes by its age.</summary>
    public TimeSpan ImageMaximumAge { get; init; }
}
