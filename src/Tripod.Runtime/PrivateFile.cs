using System.Text;

namespace Tripod.Runtime;

/// <summary>A file that only its owner reads, written whole or not at all.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string path, string content)
    {
        using var whole = new Whole(path);
        whole.Stream.Write(Encoding.UTF8.GetBytes(content));
        whole.Keep();
    }

    /// <param name="path">What stands there is replaced.</param>
    /// <param name="write">Writes the content; where it throws, what stood there stays.</param>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        using var whole = new Whole(path);
        await write(whole.Stream).ConfigureAwait(false);
        whole.Keep();
    }

    /// <summary>A file beside the path that takes its place, or goes.</summary>
    private sealed class Whole : IDisposable
    {
        private readonly string path, temporary;

        public Whole(string path)
        {
            (this.path, temporary) = (path, $"{path}.{Guid.NewGuid():n}.tmp");
            Stream = new(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        }

        public FileStream Stream { get; }

        public void Keep()
        {
            Stream.Flush(flushToDisk: true);
            Stream.Dispose();
            File.Move(temporary, path, overwrite: true);
        }

        public void Dispose()
        {
            Stream.Dispose();
            File.Delete(temporary);
        }
    }
}
