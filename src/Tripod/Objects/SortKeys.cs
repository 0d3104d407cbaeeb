using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.Objects;

/// <summary>What <c>--sort-by</c> orders by: numbers as numbers, the rest as text. Pure.</summary>
internal static class SortKeys
{
    public static IComparer<string> Order { get; } = Comparer<string>.Create((one, other) =>
        decimal.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out var left) && decimal.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : string.CompareOrdinal(one, other));

    public static string Of(JsonNode document, string path) => string.Join(' ', JsonPath.Values(path, document).Select(JsonPath.Text));
}
