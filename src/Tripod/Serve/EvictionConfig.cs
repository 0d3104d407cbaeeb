using System.Globalization;
using Tripod.Client;
using Tripod.Pods.Eviction;
using YamlDotNet.RepresentationModel;

namespace Tripod.Serve;

/// <summary>The part of /etc/tripod/config.yaml that says when images are collected and pods evicted: keys and values as in a KubeletConfiguration.</summary>
internal static class EvictionConfig
{
    private const string Hard = "evictionHard", Soft = "evictionSoft", SoftGrace = "evictionSoftGracePeriod", Reclaim = "evictionMinimumReclaim", Merge = "mergeDefaultEvictionSettings";

    public static IReadOnlyList<string> Keys { get; } =
    [
        Hard, Soft, SoftGrace, Reclaim, Merge, "evictionPressureTransitionPeriod", "evictionMaxPodGracePeriod",
        "imageGCHighThresholdPercent", "imageGCLowThresholdPercent", "imageMinimumGCAge", "imageMaximumGCAge",
    ];

    /// <exception cref="InvalidOperationException">Names the file, the line and the key.</exception>
    public static EvictionOptions Read(string path)
    {
        var options = new EvictionOptions();
        if (EngineConfig.Load(path) is not { } top)
        {
            return options;
        }

        foreach (var (key, value) in top.Children)
        {
            options = key.ToString() switch
            {
                "evictionPressureTransitionPeriod" => options with { PressureTransitionPeriod = Time(path, value) },
                "evictionMaxPodGracePeriod" => options with { MaxPodGracePeriod = TimeSpan.FromSeconds(Number(path, value, int.MaxValue)) },
                "imageGCHighThresholdPercent" => options with { ImageHighPercent = Number(path, value, 100) },
                "imageGCLowThresholdPercent" => options with { ImageLowPercent = Number(path, value, 100) },
                "imageMinimumGCAge" => options with { ImageMinimumAge = Time(path, value) },
                "imageMaximumGCAge" => options with { ImageMaximumAge = Time(path, value) },
                _ => options,
            };
        }

        if (options.ImageLowPercent > options.ImageHighPercent)
        {
            throw new InvalidOperationException($"read {path}: imageGCLowThresholdPercent ({options.ImageLowPercent}) is above imageGCHighThresholdPercent ({options.ImageHighPercent})");
        }

        return options with { Thresholds = Thresholds(path, top) };
    }

    /// <summary>What is configured stands alone, unless it is to be merged with the defaults.</summary>
    private static List<Threshold> Thresholds(string path, YamlMappingNode top)
    {
        var reclaims = Pairs(path, top, Reclaim).ToDictionary(pair => pair.Key, pair => Amount(path, pair.Value));
        var graces = Pairs(path, top, SoftGrace).ToDictionary(pair => pair.Key, pair => (Node: pair.Value, Time: Time(path, pair.Value)));
        var hard = Has(top, Hard) ? Pairs(path, top, Hard).ToDictionary(pair => pair.Key, pair => Amount(path, pair.Value)) : null;
        if (hard is null || (Has(top, Merge) && top.Children[Merge].ToString() == "true"))
        {
            hard = EvictionOptions.DefaultHard.ToDictionary(pair => pair.Key, pair => hard?.GetValueOrDefault(pair.Key) ?? ThresholdAmount.Parse(pair.Value))
                .UnionBy(hard ?? [], pair => pair.Key).ToDictionary();
        }

        var thresholds = hard.Select(pair => new Threshold(pair.Key, pair.Value, TimeSpan.Zero, reclaims.GetValueOrDefault(pair.Key))).ToList();
        foreach (var (signal, node) in Pairs(path, top, Soft))
        {
            var grace = graces.TryGetValue(signal, out var given) && given.Time > TimeSpan.Zero ? given.Time : throw EngineConfig.Wrong(path, node, $"enough for {Soft}: {signal} needs a time in {SoftGrace} too");
            thresholds.Add(new(signal, Amount(path, node), grace, reclaims.GetValueOrDefault(signal)));
        }

        // As in a kubelet's configuration these two say that there is no threshold.
        return [.. thresholds.Where(threshold => threshold.Value is not { IsShare: true, Amount: 0 or 1 })];
    }

    private static bool Has(YamlMappingNode top, string key) => top.Children.ContainsKey(key);

    private static IEnumerable<KeyValuePair<string, YamlNode>> Pairs(string path, YamlMappingNode top, string key)
    {
        if (!top.Children.TryGetValue(key, out var node) || node is not YamlMappingNode map)
        {
            yield break;
        }

        foreach (var (signal, value) in map.Children)
        {
            var name = signal.ToString();
            yield return Signal.All.Contains(name) ? new(name, value) : throw EngineConfig.Unknown(path, signal, $"{key}.{name}", [.. Signal.All]);
        }
    }

    private static ThresholdAmount Amount(string path, YamlNode value)
    {
        try
        {
            return ThresholdAmount.Parse(value.ToString());
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            throw EngineConfig.Wrong(path, value, "a quantity such as 100Mi, or a percentage such as 10%");
        }
    }

    private static TimeSpan Time(string path, YamlNode value) =>
        value.ToString() == "0" ? TimeSpan.Zero : Duration.TryParse(value.ToString()) ?? throw EngineConfig.Wrong(path, value, "a span of time such as 30s or 1m30s");

    private static int Number(string path, YamlNode value, int most) =>
        int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : throw EngineConfig.Wrong(path, value, $"a whole number up to {most}");
}
