namespace Tripod.Runtime.Images.Tar;

internal enum TarEntryKind
{
    File,
    HardLink,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Directory,
    Fifo,
}

/// <summary>One entry of a tar archive with its extended headers applied. Names are byte strings: one char per byte.</summary>
internal sealed record TarEntry
{
    public required string Name { get; init; }
    public required TarEntryKind Kind { get; init; }

    /// <summary>Where a symbolic link points, or the name of the entry that a hard link shares.</summary>
    public string LinkName { get; init; } = "";

    /// <summary>Permission bits with set-uid, set-gid and sticky.</summary>
    public int Mode { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public TarTime Modified { get; init; }
    public uint DeviceMajor { get; init; }
    public uint DeviceMinor { get; init; }

    /// <summary>Bytes of content in the archive; for a sparse file those between its holes.</summary>
    public long StoredSize { get; init; }

    /// <summary>Where a sparse file's content goes, ascending; null for one without holes.</summary>
    public SparseMap? Sparse { get; init; }

    public IReadOnlyList<KeyValuePair<string, byte[]>> Attributes { get; init; } = [];
}

internal readonly record struct TarTime(long Seconds, long Nanoseconds);

/// <summary>The pieces of a sparse file that are stored, and its length with the holes.</summary>
internal sealed record SparseMap(IReadOnlyList<(long Offset, long Length)> Pieces, long RealSize)
{
    /// <exception cref="InvalidDataException">Pieces overlap, go backwards, or do not add up to what is stored.</exception>
    public SparseMap Checked(long storedSize)
    {
        var end = 0L;
        var stored = 0L;
        foreach (var (offset, length) in Pieces)
        {
            if (offset < end || length < 0 || length > RealSize - offset)
            {
                throw new InvalidDataException("sparse file with overlapping or unordered pieces");
            }

            end = offset + length;
            stored += length;
        }

        return stored == storedSize ? this : throw new InvalidDataException($"sparse file whose pieces hold {stored} bytes, not the {storedSize} stored");
    }
}
