using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Tripod.FrontDoors.Streaming.Spdy;

/// <summary>
/// Reads the header blocks of one connection, which together are one zlib stream (RFC 1950) with a preset dictionary.
/// .NET's inflater takes none: the dictionary goes through it first, as a stored block (RFC 1951, section 3.2.4), so that
/// what refers back to it finds it.
/// </summary>
internal sealed class HeaderReader : IDisposable
{
    private const int MostPairs = 64, MostBytes = 64 * 1024;
    private const byte PresetDictionary = 0x20;

    private readonly Feed feed = new();
    private readonly DeflateStream inflater;
    private bool begun;

    public HeaderReader() => inflater = new DeflateStream(feed, CompressionMode.Decompress);

    /// <exception cref="InvalidDataException">It is not a header block, or too large.</exception>
    public IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        try
        {
            feed.Add(begun ? block : Begin(block));
            return Parse();
        }
        catch (EndOfStreamException cut)
        {
            throw new InvalidDataException("header block is cut short", cut);
        }
    }

    public void Dispose() => inflater.Dispose();

    private ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> block)
    {
        if (block.Length < 6)
        {
            throw new InvalidDataException("header block is too short");
        }

        begun = true;
        if ((block[1] & PresetDictionary) == 0)
        {
            return block[2..];
        }

        var dictionary = HeaderDictionary.Bytes;
        feed.Add(StoredBlock.Head(dictionary.Length));
        feed.Add(dictionary);
        inflater.ReadExactly(new byte[dictionary.Length]);
        return block[6..];
    }

    private Dictionary<string, string> Parse()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var left = MostBytes;
        for (var pairs = Number(MostPairs); pairs > 0; pairs--)
        {
            var name = Text(ref left);
            headers[name] = Text(ref left);
        }

        return headers;
    }

    private string Text(ref int left)
    {
        var text = new byte[Number(left)];
        left -= text.Length;
        inflater.ReadExactly(text);
        return Encoding.UTF8.GetString(text);
    }

    private int Number(int most)
    {
        Span<byte> bytes = stackalloc byte[4];
        inflater.ReadExactly(bytes);
        var number = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return number <= most ? (int)number : throw new InvalidDataException("header block is too large");
    }

    /// <summary>What was added and not yet read.</summary>
    private sealed class Feed : Stream
    {
        private readonly Queue<byte[]> parts = new();
        private int at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Add(ReadOnlySpan<byte> part)
        {
            if (!part.IsEmpty)
            {
                parts.Enqueue(part.ToArray());
            }
        }

        public override int Read(Span<byte> buffer)
        {
            if (!parts.TryPeek(out var part))
            {
                return 0;
            }

            var count = Math.Min(buffer.Length, part.Length - at);
            part.AsSpan(at, count).CopyTo(buffer);
            at += count;
            if (at == part.Length)
            {
                parts.Dequeue();
                at = 0;
            }

            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
