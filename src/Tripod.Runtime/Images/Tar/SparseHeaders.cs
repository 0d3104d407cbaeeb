namespace Tripod.Runtime.Images.Tar;

/// <summary>The four ways in which GNU tar has written sparse files (tar manual, "Storing Sparse Files").</summary>
internal static class SparseHeaders
{
    private const int MostPieces = 1 << 20;

    /// <summary>Versions 0.0 and 0.1: the map stands in the pax header.</summary>
    public static SparseMap? FromPax(PaxRecords pax)
    {
        if ((pax["GNU.sparse.realsize"] ?? pax["GNU.sparse.size"]) is not { } realSize)
        {
            return null;
        }

        var numbers = pax["GNU.sparse.map"] is { Length: > 0 } map
            ? map.Split(',').Select(number => TarFields.Decimal(number, "a sparse map")).ToList()
            : pax.SparseNumbers;
        return new(Pairs(numbers), TarFields.Decimal(realSize, "a sparse size"));
    }

    /// <summary>Version 1.0: the content starts with the map, as decimal lines filled up to whole blocks.</summary>
    /// <param name="readBlock">Reads the next 512 bytes of the entry's content.</param>
    public static SparseMap FromContent(PaxRecords pax, Func<byte[]> readBlock)
    {
        var block = Array.Empty<byte>();
        var position = 0;
        var count = NextNumber();
        if (count is < 0 or > MostPieces)
        {
            throw new InvalidDataException($"sparse file with {count} pieces");
        }

        var numbers = new List<long>();
        for (var i = 0; i < 2 * count; i++)
        {
            numbers.Add(NextNumber());
        }

        return new(Pairs(numbers), TarFields.Decimal(pax["GNU.sparse.realsize"] ?? "", "a sparse size"));

        long NextNumber()
        {
            var value = 0L;
            while (true)
            {
                if (position == block.Length)
                {
                    (block, position) = (readBlock(), 0);
                }

                switch (block[position++])
                {
                    case (byte)'\n':
                        return value;
                    case >= (byte)'0' and <= (byte)'9' and var digit:
                        value = value < long.MaxValue / 10 - 1 ? (value * 10) + (digit - '0') : throw new InvalidDataException("sparse map with a number out of range");
                        break;
                    default:
                        throw new InvalidDataException("sparse map that is no number");
                }
            }
        }
    }

    /// <summary>The old format: four pieces in the header, 21 in each block that follows it.</summary>
    public static SparseMap FromOldHeader(ReadOnlySpan<byte> header, Func<byte[]> readBlock)
    {
        var numbers = new List<long>();
        var more = Take(header[386..482], numbers) && header[482] != 0;
        while (more)
        {
            ReadOnlySpan<byte> block = readBlock();
            more = Take(block[..504], numbers) && block[504] != 0;
            if (numbers.Count > 2 * MostPieces)
            {
                throw new InvalidDataException("sparse file with too many pieces");
            }
        }

        return new(Pairs(numbers), TarFields.Number(header[483..495]));
    }

    private static bool Take(ReadOnlySpan<byte> fields, List<long> numbers)
    {
        for (; fields.Length > 0 && fields[0] != 0; fields = fields[24..])
        {
            numbers.Add(TarFields.Number(fields[..12]));
            numbers.Add(TarFields.Number(fields[12..24]));
        }

        return true;
    }

    private static List<(long, long)> Pairs(List<long> numbers) =>
        numbers.Count % 2 != 0 || numbers.Exists(number => number < 0)
            ? throw new InvalidDataException("sparse map with an odd or negative number")
            : [.. numbers.Chunk(2).Select(pair => (pair[0], pair[1]))];
}
