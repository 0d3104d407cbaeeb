using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Tripod.Linux.Events;

namespace Tripod.Runtime.Logs;

/// <summary>
/// Reads container logs as conmon writes them, over rotated files; follows by inotify. The doors ask for a log by the
/// path in its container's status; <see cref="LogFiles"/> says which files it has, <see cref="LogLine"/> what a line means.
/// </summary>
public static class LogReader
{
    /// <param name="path">The current file; rotated ones stand beside it with a suffix.</param>
    /// <param name="ended">Completes when the container will write no more: following ends then.</param>
    /// <exception cref="RuntimeException">The directory of the log is gone.</exception>
    public static IAsyncEnumerable<LogEntry> Read(string path, LogOptions options, Task ended, CancellationToken cancel)
    {
        var files = new LogFiles(path);
        return Directory.Exists(files.Directory)
            ? Wanted(Entries(files, options, ended, cancel), options)
            : throw new RuntimeException(RuntimeErrorKind.NotFound, $"read log {path}: its directory is gone");
    }

    private static async IAsyncEnumerable<LogEntry> Wanted(IAsyncEnumerable<LogEntry> entries, LogOptions options)
    {
        var left = options.LimitBytes ?? long.MaxValue;
        await foreach (var entry in entries.ConfigureAwait(false))
        {
            if ((entry.Stream & options.Streams) == 0 || entry.Time < options.Since)
            {
                continue;
            }

            if (entry.Time > options.Until || left <= 0)
            {
                break;
            }

            if (entry.Text.Length >= left)
            {
                yield return entry with { Text = entry.Text[..(int)left], Partial = true };
                break;
            }

            left -= entry.Text.Length + (entry.Partial ? 0 : 1);
            yield return entry;
        }
    }

    /// <summary>
    /// File after file. One is over when a younger one stands beside it, for conmon lets go of the old before it makes the
    /// new; what it wrote between the renaming and that is read first.
    /// </summary>
    private static async IAsyncEnumerable<LogEntry> Entries(LogFiles files, LogOptions options, Task ended, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var changes = options.Follow ? new Changes(files, options.Until, ended, cancel) : null;
        var (file, skip) = options.TailLines is { } lines ? LogTail.Open(files, lines, options.Streams) : (First(files, options.Since), 0);
        try
        {
            var buffer = new LineBuffer();
            var end = End(file, files, options);
            while (true)
            {
                // In this order, so that nothing that happens during the reading is missed.
                var over = changes is null || !changes.Take();
                var next = files.After(file?.Key(files) ?? "");
                while (file is not null && buffer.Fill(file, end - file.Offset) > 0)
                {
                    while (buffer.TryTake(out var line))
                    {
                        if (LogLine.TryParse(line, out var entry) && ((entry.Stream & options.Streams) == 0 || (entry.Partial ? skip <= 0 : skip-- <= 0)))
                        {
                            yield return entry;
                        }
                    }

                    cancel.ThrowIfCancellationRequested();
                }

                if (next is { } younger)
                {
                    // By its name another may have been opened, when the log was rotated just now: then once more.
                    var opened = LogFile.Open(younger);
                    if (opened is not null && opened.Key(files) == files.After(file?.Key(files) ?? "")?.Key)
                    {
                        file?.Dispose();
                        file = opened;
                        buffer.Clear();
                        end = End(file, files, options);
                    }
                    else
                    {
                        opened?.Dispose();
                    }
                }
                else if (over)
                {
                    if (LogLine.TryParse(buffer.Rest, out var cut))
                    {
                        yield return cut with { Partial = true };
                    }

                    yield break;
                }
                else
                {
                    await changes!.Next().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>A file that was last written before is not opened.</summary>
    private static LogFile? First(LogFiles files, DateTimeOffset? since)
    {
        var all = files.All();
        var at = 0;
        while (since is { } time && at < all.Count - 1 && File.GetLastWriteTimeUtc(all[at].Path) < time)
        {
            at++;
        }

        return at < all.Count ? LogFile.Open(all[at]) : null;
    }

    /// <summary>Who does not follow gets what was there: a container that writes faster than its reader reads would never be read to its end.</summary>
    private static long End(LogFile? file, LogFiles files, LogOptions options) =>
        file is null || options.Follow || file.IsCompressed || files.After(file.Key(files)) is not null ? long.MaxValue : file.Length;

    /// <summary>Says when to look again.</summary>
    private sealed class Changes : IDisposable
    {
        private const FileChanges Interest = FileChanges.Modified | FileChanges.Created | FileChanges.MovedTo | FileChanges.MovedFrom | FileChanges.Deleted;

        private readonly Channel<bool> changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private readonly CancellationTokenSource disposed;
        private readonly Inotify watch;

        public Changes(LogFiles files, DateTimeOffset? until, Task ended, CancellationToken cancel)
        {
            disposed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            watch = new Inotify(files.Directory, Interest, (what, name) =>
            {
                if (files.Concerns(name) || (what & FileChanges.Overflow) != 0)
                {
                    changed.Writer.TryWrite(true);
                }
            });
            _ = CompleteAsync(until, ended);
        }

        /// <summary>Forgets the changes up to now. False when none will come any more.</summary>
        public bool Take()
        {
            while (changed.Reader.TryRead(out _))
            {
            }

            return !changed.Reader.Completion.IsCompleted;
        }

        public async Task Next() => await changed.Reader.WaitToReadAsync(disposed.Token).ConfigureAwait(false);

        public void Dispose()
        {
            watch.Dispose();
            disposed.Cancel();
            disposed.Dispose();
        }

        private async Task CompleteAsync(DateTimeOffset? until, Task ended)
        {
            try
            {
                if (until is { } time)
                {
                    var left = time - TimeProvider.System.GetUtcNow();
                    using var delay = CancellationTokenSource.CreateLinkedTokenSource(disposed.Token);
                    var passed = Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(left.TotalMilliseconds, 0, int.MaxValue)), delay.Token);
                    await Task.WhenAny(ended, passed).WaitAsync(disposed.Token).ConfigureAwait(false);
                    await delay.CancelAsync().ConfigureAwait(false);
                }
                else
                {
                    await ended.WaitAsync(disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
            catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
            {
                // Nobody reads any more.
            }

            changed.Writer.TryComplete();
        }
    }
}
