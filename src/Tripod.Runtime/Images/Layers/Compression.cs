using System.IO.Compression;
using ZstdSharp;

namespace Tripod.Runtime.Images.Layers;

internal enum CompressionKind
{
    None,
    Gzip,
    Zstd,
    Unsupported,
}

/// <summary>Told by how the bytes begin, as registries and archives are known to mislabel them.</summary>
internal static class Compression
{
    public static CompressionKind Of(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, ..] => CompressionKind.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => CompressionKind.Zstd,
        [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => CompressionKind.Zstd, // a skippable frame first (RFC 8878)
        [0xFD, (byte)'7', (byte)'z', (byte)'X', ..] or [(byte)'B', (byte)'Z', (byte)'h', ..] => CompressionKind.Unsupported,
        _ => CompressionKind.None,
    };

    /// <summary>The content without its compression. Disposing of it disposes of the source.</summary>
    /// <exception cref="InvalidDataException">xz or bzip2.</exception>
    public static Stream Open(Stream source)
    {
        var peeked = new PeekedStream(source, 4);
        return Of(peeked.Start) switch
        {
            CompressionKind.Gzip => new GZipStream(peeked, CompressionMode.Decompress),
            CompressionKind.Zstd => new DecompressionStream(peeked, leaveOpen: false),
            CompressionKind.None => peeked,
            _ => throw new InvalidDataException("the content is compressed with xz or bzip2: use gzip, zstd or nothing"),
        };
    }
}
