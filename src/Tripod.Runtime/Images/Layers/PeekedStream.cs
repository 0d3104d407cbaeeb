namespace Tripod.Runtime.Images.Layers;

/// <summary>A source whose first bytes were looked at and are read again; for sources that cannot seek.</summary>
internal sealed class PeekedStream : Stream
{
    private readonly Stream source;
    private readonly byte[] start;
    private int position;

    public PeekedStream(Stream source, int count)
    {
        this.source = source;
        var buffer = new byte[count];
        start = buffer[..source.ReadAtLeast(buffer, count, throwOnEndOfStream: false)];
    }

    public ReadOnlySpan<byte> Start => start;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (position == start.Length)
        {
            return source.Read(buffer);
        }

        var count = Math.Min(buffer.Length, start.Length - position);
        start.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
