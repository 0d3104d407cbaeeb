namespace Tripod.Runtime.Images.Tar;

/// <summary>Puts one entry together from its 512 byte header and the extended headers before it; the latter win.</summary>
internal static class TarHeader
{
    public static TarEntry Parse(ReadOnlySpan<byte> header, PaxRecords? pax, string? longName, string? longLink)
    {
        var name = pax?["GNU.sparse.name"] ?? pax?["path"] ?? longName ?? Name(header);
        var kind = Kind((char)header[156], name);
        var device = kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice;
        return new TarEntry
        {
            Name = name,
            Kind = kind,
            LinkName = pax?["linkpath"] ?? longLink ?? TarFields.Text(header.Slice(157, 100)),
            Mode = (int)(TarFields.Number(header.Slice(100, 8)) & 0xFFF),
            Uid = Owner(pax?["uid"], header.Slice(108, 8)),
            Gid = Owner(pax?["gid"], header.Slice(116, 8)),
            Modified = pax?["mtime"] is { } time ? TarFields.Time(time) : new(TarFields.Number(header.Slice(136, 12)), 0),
            DeviceMajor = device ? (uint)TarFields.Number(header.Slice(329, 8)) : 0,
            DeviceMinor = device ? (uint)TarFields.Number(header.Slice(337, 8)) : 0,
            Attributes = pax?.Attributes ?? [],
        };
    }

    private static string Name(ReadOnlySpan<byte> header)
    {
        var name = TarFields.Text(header[..100]);
        var prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? TarFields.Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static TarEntryKind Kind(char type, string name) => type switch
    {
        '\0' when name.EndsWith('/') => TarEntryKind.Directory,
        '\0' or '0' or '7' or 'S' => TarEntryKind.File,
        '1' => TarEntryKind.HardLink,
        '2' => TarEntryKind.SymbolicLink,
        '3' => TarEntryKind.CharacterDevice,
        '4' => TarEntryKind.BlockDevice,
        '5' => TarEntryKind.Directory,
        '6' => TarEntryKind.Fifo,
        _ => throw new InvalidDataException($"tar entry of the unknown type 0x{(int)type:x2}"),
    };

    private static uint Owner(string? pax, ReadOnlySpan<byte> field)
    {
        var id = pax is null ? TarFields.Number(field) : TarFields.Decimal(pax, "an owner");

        // The last number is "leave it alone" to chown(2).
        return id is >= 0 and < uint.MaxValue ? (uint)id : throw new InvalidDataException($"tar entry with the owner {id}, which no file can have");
    }
}
