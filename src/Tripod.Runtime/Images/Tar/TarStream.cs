namespace Tripod.Runtime.Images.Tar;

/// <summary>
/// Reads a tar archive once, forwards: v7, ustar, pax and GNU. .NET's own reader takes the values of pax headers for text
/// and refuses or spoils extended attributes; see docs/decisions/0011.
/// </summary>
internal sealed class TarStream(Stream source)
{
    private const int Block = 512;

    /// <summary>Extended headers are held in memory; real ones have a few hundred bytes.</summary>
    private const int LargestHeader = 1 << 20;

    private readonly byte[] header = new byte[Block];
    private long unread, padding;

    /// <summary>The next entry; null at the end. What was not read of the last entry's content is skipped.</summary>
    public TarEntry? Next()
    {
        PaxRecords? pax = null;
        string? longName = null, longLink = null;
        while (ReadHeader())
        {
            var size = TarFields.Number(header.AsSpan(124, 12));
            switch ((char)header[156])
            {
                case 'x' or 'X':
                    pax = PaxRecords.Parse(ReadExtension(size));
                    break;
                case 'g':
                    ReadExtension(size);
                    break;
                case 'L':
                    longName = TarFields.Text(ReadExtension(size));
                    break;
                case 'K':
                    longLink = TarFields.Text(ReadExtension(size));
                    break;
                case 'V' or 'M' or 'N' or 'D':
                    Begin(size);
                    break;
                default:
                    return Entry(size, pax, longName, longLink);
            }
        }

        return null;
    }

    /// <summary>Content of the entry that <see cref="Next"/> returned; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, unread);
        if (wanted == 0)
        {
            return 0;
        }

        var read = source.Read(buffer[..wanted]);
        unread -= read > 0 ? read : throw Cut();
        return read;
    }

    private TarEntry Entry(long size, PaxRecords? pax, string? longName, string? longLink)
    {
        if (pax?["size"] is { } paxSize)
        {
            size = TarFields.Decimal(paxSize, "a size");
        }

        var sparse = header[156] == 'S' ? SparseHeaders.FromOldHeader(header, ReadRawBlock) : null;
        var entry = TarHeader.Parse(header, pax, longName, longLink);
        if (entry.Kind is not TarEntryKind.File)
        {
            Begin(0); // a size there is what some programs leave over from the file itself
            return entry;
        }

        Begin(size);
        if (pax is not null)
        {
            sparse = pax["GNU.sparse.major"] is "1" ? SparseHeaders.FromContent(pax, ReadContentBlock) : SparseHeaders.FromPax(pax);
        }

        return entry with { StoredSize = unread, Sparse = sparse?.Checked(unread) };
    }

    private bool ReadHeader()
    {
        Skip(unread + padding);
        (unread, padding) = (0, 0);
        var read = source.ReadAtLeast(header, Block, throwOnEndOfStream: false);
        if (read == 0 || (read == Block && !header.AsSpan().ContainsAnyExcept((byte)0)))
        {
            return false;
        }

        if (read < Block)
        {
            throw Cut();
        }

        return TarFields.ChecksumHolds(header) ? true : throw new InvalidDataException("tar header with a wrong checksum");
    }

    private void Begin(long size)
    {
        if (size < 0)
        {
            throw new InvalidDataException("tar entry with a negative size");
        }

        (unread, padding) = (size, -size & (Block - 1));
    }

    private byte[] ReadExtension(long size)
    {
        if (size is < 0 or > LargestHeader)
        {
            throw new InvalidDataException($"tar entry with an extended header of {size} bytes");
        }

        var content = new byte[size];
        ReadExactly(content);
        Begin(size);
        unread = 0;
        return content;
    }

    private byte[] ReadRawBlock()
    {
        var block = new byte[Block];
        ReadExactly(block);
        return block;
    }

    private byte[] ReadContentBlock()
    {
        unread = unread >= Block ? unread - Block : throw Cut();
        return ReadRawBlock();
    }

    private void ReadExactly(Span<byte> buffer)
    {
        if (source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
        {
            throw Cut();
        }
    }

    private void Skip(long count)
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (count > 0)
        {
            var read = source.Read(buffer[..(int)Math.Min(buffer.Length, count)]);
            count -= read > 0 ? read : throw Cut();
        }
    }

    private static InvalidDataException Cut() => new("tar archive ends in the middle of an entry");
}
