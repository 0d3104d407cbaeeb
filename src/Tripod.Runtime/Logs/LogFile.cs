using System.Globalization;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Tripod.Runtime.Logs;

/// <summary>One open file of a log, read front to back.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly GZipStream? unzipped;

    private LogFile(SafeFileHandle handle, bool compressed)
    {
        this.handle = handle;
        unzipped = compressed ? new GZipStream(new FileStream(handle, FileAccess.Read, bufferSize: 0), CompressionMode.Decompress) : null;
    }

    public bool IsCompressed => unzipped is not null;

    /// <summary>Where the next read begins; of use for an uncompressed file only.</summary>
    public long Offset { get; set; }

    public long Length => RandomAccess.GetLength(handle);

    /// <summary>Null where it has gone meanwhile: compressed, rotated or removed.</summary>
    public static LogFile? Open(LogFileName name)
    {
        try
        {
            return new(File.OpenHandle(name.Path, share: FileShare.ReadWrite | FileShare.Delete), name.IsCompressed);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The key that the file has by now.</summary>
    public string Key(LogFiles files) =>
        files.KeyOf(File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}"), returnFinalTarget: false)!.FullName);

    /// <returns>0 at the end, which may move on.</returns>
    public int Read(Span<byte> buffer)
    {
        if (unzipped is not null)
        {
            return unzipped.Read(buffer);
        }

        var count = RandomAccess.Read(handle, buffer, Offset);
        if (count == 0 && Length < Offset)
        {
            // Someone has emptied it: what comes now is new.
            Offset = 0;
            count = RandomAccess.Read(handle, buffer, Offset);
        }

        Offset += count;
        return count;
    }

    public int ReadAt(Span<byte> buffer, long offset) => RandomAccess.Read(handle, buffer, offset);

    public void Dispose()
    {
        unzipped?.Dispose();
        handle.Dispose();
    }
}
