using Tripod.Runtime.Containers;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Logs.Rotation;

/// <summary>
/// Keeps the logs of all running containers below their limits. No event tells that a file has reached a size, so they are
/// looked at: every ten seconds, and sooner where one grows so fast that it would be full before.
/// </summary>
internal sealed class LogRotation : IAsyncDisposable
{
    private readonly RuntimeParts parts;
    private readonly RotateLog rotate;
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, (long Size, DateTimeOffset At)> seen = new(StringComparer.Ordinal);
    private readonly Task running;

    public LogRotation(RuntimeParts parts)
    {
        this.parts = parts;
        rotate = new(parts.Clock);
        running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var next = RotationPace.Longest;
            var limited = parts.Table.All.Select(entry => entry.Record).Where(record => record is { State: ContainerState.Running, Config.LogSizeMax: > 0 }).ToList();
            foreach (var record in limited)
            {
                var wait = await LookAsync(record).ConfigureAwait(false);
                next = wait < next ? wait : next;
            }

            foreach (var gone in seen.Keys.Except(limited.Select(record => record.Id)).ToList())
            {
                seen.Remove(gone);
            }

            await Task.Delay(next, parts.Clock, stop.Token).ConfigureAwait(false);
        }
    }

    /// <returns>When to look again.</returns>
    private async Task<TimeSpan> LookAsync(ContainerRecord record)
    {
        try
        {
            var (file, now) = (new FileInfo(record.LogPath), parts.Clock.GetUtcNow());
            var size = file.Exists ? file.Length : 0;
            var before = seen.TryGetValue(record.Id, out var last) && last.Size <= size ? last : (Size: 0, At: record.StartedAt ?? now);
            seen[record.Id] = (size, now);
            if (file.Exists && size < record.Config.LogSizeMax)
            {
                return RotationPace.NextLook(size, before.Size, now - before.At, record.Config.LogSizeMax);
            }

            await rotate.RunAsync(record.LogPath, record.Config.LogFilesMax, () => new ReopenLog(parts).RunAsync(record.Id, stop.Token), stop.Token).ConfigureAwait(false);
            seen[record.Id] = (0, now);
            // As fast as it filled, the next one will.
            return RotationPace.NextLook(0, -size, now - before.At, record.Config.LogSizeMax);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or RuntimeException)
        {
            // The container has just ended, or the disk is full: what was not done is done by a later look.
            LogMessages.RotationFailed(parts.Log, record.Id, failure.Message);
            return RotationPace.Longest;
        }
    }
}
