using System.Globalization;

namespace Tripod.Pods.Eviction;

/// <summary>Whole numbers as Kubernetes writes its quantities: the largest suffix that leaves a whole number. Pure.</summary>
internal static class QuantityText
{
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"], DecimalSuffixes = ["", "k", "M", "G", "T", "P", "E"];

    public static string Binary(long number) => Math.Abs(number) < 1024 ? Decimal(number) : Text(number, 1024, BinarySuffixes);

    public static string Decimal(long number) => Text(number, 1000, DecimalSuffixes);

    private static string Text(long number, long step, string[] suffixes)
    {
        var power = 0;
        for (; number != 0 && number % step == 0 && power < suffixes.Length - 1; power++)
        {
            number /= step;
        }

        return number.ToString(CultureInfo.InvariantCulture) + suffixes[power];
    }
}
