using System.Formats.Tar;
using System.Text;
using CsCheck;
using Tripod.Runtime.Images.Tar;
using Xunit;

namespace Tripod.UnitTests.Runtime.Images;

public sealed class TarStreamTests
{
    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Every_format_is_read(TarEntryFormat format)
    {
        var longName = format is TarEntryFormat.V7 ? "short" : string.Join('/', Enumerable.Repeat("part", format is TarEntryFormat.Ustar ? 30 : 100));
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            Write(writer, format, longName, "content");
            Write(writer, format, "next", "");
        }

        tar.Position = 0;
        var stream = new TarStream(tar);
        var entry = stream.Next()!;
        var buffer = new byte[100];
        var read = stream.Read(buffer);

        Assert.Equal((longName, TarEntryKind.File, 0x9ED, 1000u, 7), (entry.Name, entry.Kind, entry.Mode, entry.Uid, entry.StoredSize));
        Assert.Equal("content", Encoding.ASCII.GetString(buffer, 0, read));
        Assert.Equal(0, stream.Read(buffer));
        Assert.Equal("next", stream.Next()!.Name);
        Assert.Null(stream.Next());
    }

    [Theory]
    [InlineData("0000644\0", 0x1A4)]
    [InlineData("    644 ", 0x1A4)]
    [InlineData("\0\0\0\0\0\0\0\0", 0)]
    [InlineData("        ", 0)]
    [InlineData("\u0080\0\0\0\0\0\u0001\0", 256)]
    [InlineData("\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FE", -2)]
    [InlineData("\u0080\0\0\0\0\0\0\u0001\0\0\0\0", 1L << 32)]
    public void Numbers_are_octal_or_binary(string field, long expected) => Assert.Equal(expected, TarFields.Number(Encoding.Latin1.GetBytes(field)));

    [Theory]
    [InlineData("0000648\0")]
    [InlineData("\u0080\u0001\0\0\0\0\0\0\0\0\0\0")]
    public void Numbers_that_are_none_or_too_large_are_refused(string field) =>
        Assert.Throws<InvalidDataException>(() => TarFields.Number(Encoding.Latin1.GetBytes(field)));

    [Theory]
    [InlineData("1700000000", 1_700_000_000, 0)]
    [InlineData("1700000000.5", 1_700_000_000, 500_000_000)]
    [InlineData("1.123456789123", 1, 123_456_789)]
    [InlineData("-1.25", -2, 750_000_000)]
    public void Times_have_fractions(string text, long seconds, long nanoseconds) => Assert.Equal(new TarTime(seconds, nanoseconds), TarFields.Time(text));

    [Fact]
    public void Attributes_are_bytes_whatever_they_hold()
    {
        byte[] record = [.. "SCHILY.xattr.user.a="u8, 0, 0xFF, (byte)'\n', (byte)'=', (byte)'\n'];
        byte[] header = [.. Encoding.ASCII.GetBytes($"{record.Length + 3} "), .. record, .. "12 path=abc\n"u8];

        var records = PaxRecords.Parse(header);

        var (name, value) = Assert.Single(records.Attributes);
        Assert.Equal("user.a", name);
        Assert.Equal([0, 0xFF, (byte)'\n', (byte)'='], value);
        Assert.Equal("abc", records["path"]);
    }

    [Theory]
    [InlineData("5 a=b\n")]
    [InlineData("99 a=b\n")]
    [InlineData("x a=b\n")]
    [InlineData("6 abc\n")]
    [InlineData("2 \n")]
    public void Broken_pax_records_are_refused(string header) => Assert.Throws<InvalidDataException>(() => PaxRecords.Parse(Encoding.ASCII.GetBytes(header)));

    [Theory]
    [InlineData(10, "0,5,3,2")]
    [InlineData(10, "5,6")]
    [InlineData(10, "0,5")]
    [InlineData(-1, "0,3")]
    public void Sparse_maps_that_do_not_add_up_are_refused(long realSize, string map)
    {
        var pieces = map.Split(',').Select(long.Parse).Chunk(2).Select(pair => (pair[0], pair[1])).ToList();

        Assert.Throws<InvalidDataException>(() => new SparseMap(pieces, realSize).Checked(storedSize: 7));
    }

    [Fact]
    public void Any_change_to_an_archive_is_read_or_refused_and_never_fails_otherwise()
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Gnu, leaveOpen: true))
        {
            Write(writer, TarEntryFormat.Gnu, new string('n', 150), "content");
            Write(writer, TarEntryFormat.Pax, "pax", "more");
            Write(writer, TarEntryFormat.Ustar, "sparse", "more");
        }

        var good = tar.ToArray();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Array[1, 4].Sample(changes =>
        {
            var bytes = good.ToArray();
            foreach (var (at, value, _) in changes)
            {
                bytes[at] = value;
            }

            // With right checksums, so that the changes reach what lies behind them.
            for (var block = 0; block + 512 <= bytes.Length; block += 512)
            {
                if (bytes.AsSpan(block + 257, 5).SequenceEqual("ustar"u8))
                {
                    bytes.AsSpan(block + 148, 8).Fill((byte)' ');
                    Encoding.ASCII.GetBytes(Convert.ToString(bytes.AsSpan(block, 512).ToArray().Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes.AsSpan(block + 148));
                }
            }

            ReadAll(bytes[..changes[0].Item3]);
        }, iter: 20_000);
    }

    private static void ReadAll(byte[] bytes)
    {
        try
        {
            var stream = new TarStream(new MemoryStream(bytes));
            var buffer = new byte[64];
            while (stream.Next() is not null)
            {
                while (stream.Read(buffer) > 0)
                {
                }
            }
        }
        catch (InvalidDataException)
        {
            // refused
        }
    }

    private static void Write(TarWriter writer, TarEntryFormat format, string name, string content)
    {
        System.Formats.Tar.TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
            _ => new GnuTarEntry(TarEntryType.RegularFile, name),
        };
        entry.Mode = (UnixFileMode)0x9ED;
        entry.Uid = 1000;
        entry.DataStream = new MemoryStream(Encoding.ASCII.GetBytes(content));
        writer.WriteEntry(entry);
    }
}
