using System.Globalization;
using System.IO.Compression;
using System.Text;
using Tripod.Runtime.Logs;

namespace Tripod.UnitTests.Runtime.Logs;

/// <summary>A directory with a log in it, written and rotated as conmon and a kubelet do.</summary>
internal sealed class LogDirectory : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("tripod-logs-");
    private FileStream? open;
    private int second;

    public string Path => System.IO.Path.Combine(directory.FullName, "0.log");

    public static string Line(int second, string text, string stream = "stdout", string tag = "F") =>
        string.Create(CultureInfo.InvariantCulture, $"{Time(second):yyyy-MM-ddTHH:mm:ss}.123456789+00:00 {stream} {tag} {text}\n");

    public static DateTimeOffset Time(int second) => new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero).AddSeconds(second);

    public void Write(params string[] texts)
    {
        foreach (var text in texts)
        {
            Raw(Line(second++, text));
        }
    }

    public void Raw(string lines)
    {
        open ??= new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        open.Write(Encoding.UTF8.GetBytes(lines));
    }

    /// <summary>The first half of a rotation: the writer still has the file.</summary>
    public string Rename(string suffix)
    {
        File.Move(Path, $"{Path}.{suffix}");
        return $"{Path}.{suffix}";
    }

    /// <summary>The second half: a new file under a passing name, renamed.</summary>
    public void Reopen()
    {
        open?.Dispose();
        open = new FileStream($"{Path}.tmp", FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        File.Move($"{Path}.tmp", Path);
    }

    public string Rotate(string suffix)
    {
        var renamed = Rename(suffix);
        Reopen();
        return renamed;
    }

    public static void Compress(string path)
    {
        using (var from = File.OpenRead(path))
        using (var to = new GZipStream(File.Create($"{path}.gz.tmp"), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        File.Move($"{path}.gz.tmp", $"{path}.gz");
        File.Delete(path);
    }

    public async Task<string[]> Read(LogOptions? options = null, Task? ended = null)
    {
        var found = new List<string>();
        await foreach (var entry in LogReader.Read(Path, options ?? new(), ended ?? Task.CompletedTask, CancellationToken.None))
        {
            found.Add(Encoding.UTF8.GetString(entry.Text.Span));
        }

        return [.. found];
    }

    public void Dispose()
    {
        open?.Dispose();
        directory.Delete(recursive: true);
    }
}
