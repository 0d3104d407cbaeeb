using System.Globalization;
using k8s.Models;

namespace Tripod.Pods.Eviction;

/// <summary>A quantity (<c>100Mi</c>), or a share of what there is in all (<c>10%</c>).</summary>
/// <param name="Text">As it was configured.</param>
/// <param name="Amount">Bytes or a count; with <paramref name="IsShare"/> a fraction of the capacity.</param>
public sealed record ThresholdAmount(string Text, decimal Amount, bool IsShare)
{
    /// <exception cref="FormatException">It is neither, or negative.</exception>
    public static ThresholdAmount Parse(string text)
    {
        if (!text.EndsWith('%'))
        {
            var amount = new ResourceQuantity(text).ToDecimal();
            return amount >= 0 ? new(text, amount, false) : throw new FormatException($"{text} is negative");
        }

        return decimal.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 100
            ? new(text, share / 100, true)
            : throw new FormatException($"{text} is no percentage between 0% and 100%");
    }

    internal decimal Of(decimal capacity) => IsShare ? Math.Floor(capacity * Amount) : Amount;

    /// <summary>In the words of a message.</summary>
    internal string Shown(decimal capacity) => IsShare ? QuantityText.Binary((long)Of(capacity)) : new ResourceQuantity(Text).ToString();
}

/// <summary>When a signal is met: less than this is available.</summary>
/// <param name="Signal">One of <see cref="Eviction.Signal"/>.</param>
/// <param name="Value">What must be available.</param>
/// <param name="Grace">Zero: hard. Else how long it must have been met before a pod is evicted for it.</param>
/// <param name="MinimumReclaim">What must be available beyond the value before it counts as over; null: nothing.</param>
public sealed record Threshold(string Signal, ThresholdAmount Value, TimeSpan Grace, ThresholdAmount? MinimumReclaim = null)
{
    internal bool IsHard => Grace == TimeSpan.Zero;
}
