using System.Globalization;

namespace Tripod.Runtime.Network.Cni;

/// <summary>A quantity of bits per second as Kubernetes writes it: <c>10M</c>, <c>1Gi</c>. Pure.</summary>
internal static class BitRate
{
    // What Kubernetes takes: 1k to 1P.
    private const decimal Least = 1_000, Most = 1_000_000_000_000_000;

    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50),
        ("k", 1_000m), ("M", 1_000_000m), ("G", 1_000_000_000m), ("T", 1_000_000_000_000m), ("P", 1_000_000_000_000_000m), ("m", 0.001m), ("", 1m),
    ];

    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public static long Parse(string annotation, string text)
    {
        var (suffix, factor) = Suffixes.First(known => text.EndsWith(known.Suffix, StringComparison.Ordinal));
        var isNumber = decimal.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number);
        return !isNumber || number > Most || number * factor is < Least or > Most
            ? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"annotation {annotation}: {text} is no rate between 1k and 1P bits a second")
            : (long)Math.Ceiling(number * factor);
    }
}
