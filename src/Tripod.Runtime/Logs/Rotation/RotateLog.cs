using System.Globalization;
using System.IO.Compression;

namespace Tripod.Runtime.Logs.Rotation;

/// <summary>
/// Puts a container's log aside and begins a new one. Each step may be the last one of an engine that dies: what is half
/// made has a name that nobody reads, and a log that was put aside with none in its place is begun again by the next look.
/// </summary>
internal sealed class RotateLog(TimeProvider clock)
{
    private const string Making = ".tmp";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <param name="path">The log that is written to.</param>
    /// <param name="mostFiles">This one among them, at least 1.</param>
    /// <param name="reopen">Has the writer begin a new file.</param>
    /// <param name="cancel">Between steps.</param>
    public async Task RunAsync(string path, int mostFiles, Func<Task> reopen, CancellationToken cancel)
    {
        if (File.Exists(path))
        {
            File.Move(path, $"{path}.{clock.GetUtcNow().ToString("yyyyMMdd-HHmmssfffffff", CultureInfo.InvariantCulture)}");
        }

        await reopen().ConfigureAwait(false);
        await TidyAsync(path, mostFiles, cancel).ConfigureAwait(false);
    }

    /// <summary>Removes the oldest, and compresses all that were put aside but the last: whoever follows the log may still read that one.</summary>
    private static async Task TidyAsync(string path, int mostFiles, CancellationToken cancel)
    {
        foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.*{Making}"))
        {
            File.Delete(left);
        }

        var aside = new LogFiles(path).All().Where(file => file.Path != path).ToList();
        foreach (var old in aside.SkipLast(Math.Max(0, mostFiles - 1)))
        {
            File.Delete(old.Path);
        }

        foreach (var plain in aside.TakeLast(Math.Max(0, mostFiles - 1)).SkipLast(1).Where(file => !file.IsCompressed))
        {
            await CompressAsync(plain.Path, cancel).ConfigureAwait(false);
        }
    }

    private static async Task CompressAsync(string path, CancellationToken cancel)
    {
        var making = $"{path}.gz{Making}";
        var source = File.OpenRead(path);
        await using (source.ConfigureAwait(false))
        {
            var file = new FileStream(making, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private });
            await using (file.ConfigureAwait(false))
            {
                var zip = new GZipStream(file, CompressionLevel.Fastest);
                await using (zip.ConfigureAwait(false))
                {
                    await source.CopyToAsync(zip, cancel).ConfigureAwait(false);
                }
            }
        }

        File.Move(making, $"{path}.gz", overwrite: true);
        File.Delete(path);
    }
}
