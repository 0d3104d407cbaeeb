using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>An amount of a resource as the API writes it: exact, in billionths, rounded up beyond.</summary>
public readonly record struct Quantity : IComparable<Quantity>
{
    internal const string Expected = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly BigInteger Billion = 1_000_000_000;
    private static readonly BigInteger Largest = long.MaxValue * Billion;
    private static readonly Regex Form = new(
        "^([+-]?)([0-9]*)(?:\\.([0-9]*))?(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?[0-9]{1,4}))?$",
        RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private readonly Notation notation;

    private Quantity(BigInteger nano, Notation notation)
    {
        Nano = BigInteger.Min(BigInteger.Max(nano, -Largest), Largest);
        this.notation = notation;
    }

    private enum Notation
    {
        Decimal,
        Binary,
        Exponent,
    }

    public BigInteger Nano { get; }

    public static bool TryParse(string text, out Quantity quantity)
    {
        quantity = default;
        if (text.Length > 64)
        {
            return false;
        }
        var match = Form.Match(text);
        var whole = match.Groups[2].Value;
        var fraction = match.Groups[3].Value;
        if (!match.Success || whole.Length + fraction.Length == 0)
        {
            return false;
        }
        var digits = BigInteger.Parse(whole + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        if (match.Groups[1].Value == "-")
        {
            digits = -digits;
        }
        var suffix = match.Groups[4].Value;
        if (suffix.Length == 2)
        {
            var bits = 10 * Array.IndexOf(BinarySuffixes, suffix);
            quantity = new Quantity(Scale((digits << bits) * Billion, -fraction.Length), Notation.Binary);
            return true;
        }
        var exponent = match.Groups[5].Success
            ? int.Parse(match.Groups[5].Value, CultureInfo.InvariantCulture)
            : (Array.IndexOf(DecimalSuffixes, suffix) - 3) * 3;
        quantity = new Quantity(
            Scale(digits, exponent + 9 - fraction.Length), match.Groups[5].Success ? Notation.Exponent : Notation.Decimal);
        return true;
    }

    /// <summary>The sum, written as this one is.</summary>
    public Quantity Plus(Quantity other) => new(Nano + other.Nano, Nano.IsZero ? other.notation : notation);

    public int CompareTo(Quantity other) => Nano.CompareTo(other.Nano);

    /// <summary>The canonical text: largest unit without a fraction.</summary>
    public override string ToString()
    {
        if (notation == Notation.Binary && BigInteger.Abs(Nano) >= 1024 * Billion)
        {
            var bytes = RoundUp(Nano, Billion);
            var unit = 0;
            while (unit < BinarySuffixes.Length - 1 && bytes % 1024 == 0)
            {
                bytes /= 1024;
                unit++;
            }
            return bytes.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[unit];
        }
        if (Nano.IsZero)
        {
            return "0";
        }
        var value = Nano;
        var step = 0;
        while (step < DecimalSuffixes.Length - 1 && value % 1000 == 0)
        {
            value /= 1000;
            step++;
        }
        var suffix = notation == Notation.Exponent && step != 3
            ? string.Create(CultureInfo.InvariantCulture, $"e{(step - 3) * 3}")
            : DecimalSuffixes[step];
        return value.ToString(CultureInfo.InvariantCulture) + suffix;
    }

    private static BigInteger Scale(BigInteger digits, int exponent) =>
        exponent switch
        {
            > 100 => digits.Sign * Largest,
            >= 0 => digits * BigInteger.Pow(10, exponent),
            < -200 => digits.Sign,
            _ => RoundUp(digits, BigInteger.Pow(10, -exponent)),
        };

    // Away from zero, so that what was asked for is never given short.
    private static BigInteger RoundUp(BigInteger value, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(value, divisor, out var rest);
        return rest.IsZero ? quotient : quotient + rest.Sign;
    }
}
