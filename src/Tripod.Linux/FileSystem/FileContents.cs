namespace Tripod.Linux.FileSystem;

/// <summary>Writes into a file that <see cref="DirectoryHandle.CreateFile"/> opened.</summary>
public static unsafe class FileContents
{
    public static void Write(FileDescriptor file, ReadOnlySpan<byte> content, long offset)
    {
        fixed (byte* start = content)
        {
            for (var written = 0; written < content.Length;)
            {
                var result = FileSystemCalls.pwrite(file, start + written, content.Length - written, offset + written);
                if (result >= 0)
                {
                    written += (int)result;
                }
                else if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is not Errno.EINTR and var errno)
                {
                    throw new LinuxException("pwrite", null, errno);
                }
            }
        }
    }

    /// <summary>Sets the length; what was not written in between is a hole (ftruncate(2)).</summary>
    public static void SetLength(FileDescriptor file, long length) =>
        LinuxException.Check(FileSystemCalls.ftruncate(file, length), "ftruncate");
}
