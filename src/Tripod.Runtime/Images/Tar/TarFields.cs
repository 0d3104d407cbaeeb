using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tripod.Runtime.Images.Tar;

/// <summary>How a tar header writes names and numbers (tar(5)).</summary>
internal static class TarFields
{
    /// <summary>Up to the first NUL, one char per byte.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Octal digits, or binary where the first bit is set (GNU's way with large numbers).</summary>
    public static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            return Binary(field);
        }

        var digits = field.Trim(" \0"u8);
        var end = digits.IndexOfAny((byte)' ', (byte)0);
        var value = 0L;
        foreach (var digit in end < 0 ? digits : digits[..end])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new InvalidDataException("tar header with a number that is not octal");
            }

            value = checked((value << 3) + (digit - '0'));
        }

        return value;
    }

    /// <summary>Whether the header's checksum is right; some old programs added the bytes as signed.</summary>
    public static bool ChecksumHolds(ReadOnlySpan<byte> header)
    {
        long unsigned = 0, signed = 0;
        for (var i = 0; i < header.Length; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : header[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        var written = Number(header.Slice(148, 8));
        return written == unsigned || written == signed;
    }

    public static long Decimal(string value, string what) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"tar header with {what} that is no number");

    /// <summary>Seconds since 1970 with an optional fraction, as pax writes them.</summary>
    public static TarTime Time(string value)
    {
        var dot = value.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return new(Decimal(value, "a time"), 0);
        }

        var seconds = Decimal(value[..dot], "a time");
        var nanoseconds = Decimal(value[(dot + 1)..].PadRight(9, '0')[..9], "a time");
        return value[0] == '-' && nanoseconds > 0 ? new(seconds - 1, 1_000_000_000 - nanoseconds) : new(seconds, nanoseconds);
    }

    private static long Binary(ReadOnlySpan<byte> field)
    {
        // The sign is the second bit of the first byte; what does not fit 63 bits is no size or time of this world.
        var negative = (field[0] & 0x40) != 0;
        Span<byte> value = stackalloc byte[8];
        value.Fill(negative ? (byte)0xFF : (byte)0);
        var tail = field.Length > 8 ? field[^8..] : field;
        tail.CopyTo(value[(8 - tail.Length)..]);
        if (field.Length <= 8)
        {
            value[8 - tail.Length] = (byte)(negative ? field[0] | 0x80 : field[0] & 0x7F);
        }

        var number = BinaryPrimitives.ReadInt64BigEndian(value);
        var rest = field.Length > 8 ? field[1..^8] : [];
        var outOfRange = number < 0 != negative || rest.ContainsAnyExcept(negative ? (byte)0xFF : (byte)0) ||
            (field.Length > 8 && (field[0] & 0x3F) != (negative ? 0x3F : 0));
        return outOfRange ? throw new InvalidDataException("tar header with a number out of range") : number;
    }
}
