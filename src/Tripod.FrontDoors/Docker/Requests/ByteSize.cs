using System.Globalization;

namespace Tripod.FrontDoors.Docker.Requests;

/// <summary>Sizes as docker's options write them: <c>10m</c>, <c>512k</c>, <c>1g</c>. Pure.</summary>
internal static class ByteSize
{
    /// <summary>In bytes; null for what is none.</summary>
    public static long? Parse(string text)
    {
        var word = text.Trim().ToLowerInvariant().TrimEnd('b');
        var shift = word.Length == 0 ? 0 : word[^1] switch { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => 0 };
        return long.TryParse(shift > 0 ? word[..^1] : word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number << shift : null;
    }
}
