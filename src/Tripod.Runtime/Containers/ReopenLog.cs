using Tripod.Linux.Events;

namespace Tripod.Runtime.Containers;

/// <summary>Tells conmon that its log file was moved away, so that it opens a new one: command 2 on its control fifo.</summary>
internal sealed class ReopenLog(RuntimeParts parts)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Returns when the new file is there.</summary>
    public async Task RunAsync(string id, CancellationToken cancel)
    {
        var record = parts.Table.Get(id).Record;
        if (record.State != ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is not running");
        }

        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var name = Path.GetFileName(record.LogPath);
        using var watch = new Inotify(Path.GetDirectoryName(record.LogPath)!, FileChanges.Created | FileChanges.MovedTo, (_, changed) =>
        {
            if (changed == name)
            {
                made.TrySetResult();
            }
        });
        await File.AppendAllTextAsync(Path.Combine(parts.Paths.Bundle(id), "ctl"), "2 0 0\n", cancel).ConfigureAwait(false);
        if (File.Exists(record.LogPath))
        {
            return;
        }

        try
        {
            await made.Task.WaitAsync(Patience, parts.Clock, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!File.Exists(record.LogPath))
        {
            throw new RuntimeException(RuntimeErrorKind.Unavailable, $"container {id}: its log {record.LogPath} was not opened anew: the container may have ended meanwhile");
        }
        catch (TimeoutException)
        {
            // It came while nobody was told.
        }
    }
}
