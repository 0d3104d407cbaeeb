using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Watching;

/// <summary>Carries the store's changes to one watch's writer, and tells its client now and then how far it has come.</summary>
internal sealed class WatchPump(
    IAsyncEnumerator<StoreEvent> changes, Selection selection, WatchWriter writer, bool bookmarks, ObjectStore store, TimeProvider clock)
{
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);

    // Told at the tick after the one that saw it, by when every change up to it has come through the watch.
    private long reached = store.Revision;
    private long told;
    private Task<bool> next = Task.FromResult(false);

    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(BookmarkEvery, clock);
        var tick = NextTick(timer, cancel);
        next = changes.MoveNextAsync().AsTask();
        while (true)
        {
            if (!next.IsCompleted || writer.IsLarge)
            {
                await writer.FlushAsync(cancel).ConfigureAwait(false);
            }

            await Task.WhenAny(next, tick).ConfigureAwait(false);
            if (next.IsCompleted)
            {
                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                told = changes.Current.Revision;
                if (WatchedChange.Of(changes.Current, selection) is var (type, stored))
                {
                    writer.Write(type, stored);
                }

                next = changes.MoveNextAsync().AsTask();
            }
            else
            {
                await tick.ConfigureAwait(false);
                told = Math.Max(told, reached);
                writer.WriteBookmark(told);
                reached = store.Revision;
                tick = NextTick(timer, cancel);
            }
        }
    }

    public void WriteLastBookmark()
    {
        if (bookmarks && told > 0)
        {
            writer.WriteBookmark(told);
        }
    }

    /// <summary>Waits until the enumerator is at rest; the caller has cancelled it.</summary>
    public Task SettledAsync() => Task.WhenAny(next);

    private Task NextTick(PeriodicTimer timer, CancellationToken cancel) =>
        bookmarks ? timer.WaitForNextTickAsync(cancel).AsTask() : Task.Delay(Timeout.Infinite, cancel);
}
