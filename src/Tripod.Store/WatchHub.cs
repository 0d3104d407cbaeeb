using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Tripod.Store;

/// <summary>
/// The watching half of <see cref="ObjectStore"/>: remembers the last changes, so that a watch can start in the past,
/// and hands each new one to every reader. A reader that lags too far behind is told to list again; it holds up no one.
/// </summary>
internal sealed class WatchHub(long revision)
{
    private const int Remembered = 10_000;

    /// <summary>Documents may be a megabyte each: so many of them are remembered less long.</summary>
    private const long RememberedBytes = 64 << 20;

    private readonly Lock gate = new();
    private readonly Queue<StoreEvent> history = new();
    private readonly HashSet<Subscription> subscriptions = [];
    private long forgotten = revision, bytes;
    private bool closed;

    public void Publish(StoreEvent change)
    {
        lock (gate)
        {
            history.Enqueue(change);
            bytes += change.Object.Document.Length;
            while (history.Count > Remembered || (bytes > RememberedBytes && history.Count > 1))
            {
                var oldest = history.Dequeue();
                bytes -= oldest.Object.Document.Length;
                forgotten = oldest.Revision;
            }

            foreach (var subscription in subscriptions)
            {
                subscription.Offer(change);
            }
        }
    }

    public IAsyncEnumerable<StoreEvent> Subscribe(string prefix, long fromRevision, CancellationToken cancel)
    {
        lock (gate)
        {
            if (fromRevision < forgotten)
            {
                throw new RevisionTooOldException(fromRevision, forgotten);
            }

            var subscription = new Subscription(prefix);
            foreach (var change in history.Where(change => change.Revision > fromRevision))
            {
                subscription.Offer(change);
            }

            if (closed)
            {
                subscription.Changes.Writer.TryComplete();
            }

            subscriptions.Add(subscription);
            return Read(subscription, cancel);
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            foreach (var subscription in subscriptions)
            {
                subscription.Changes.Writer.TryComplete();
            }
        }
    }

    private async IAsyncEnumerable<StoreEvent> Read(Subscription subscription, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var registration = cancel.Register(() => Forget(subscription));
        try
        {
            await foreach (var change in subscription.Changes.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            Forget(subscription);
        }
    }

    private void Forget(Subscription subscription)
    {
        lock (gate)
        {
            subscriptions.Remove(subscription);
        }
    }

    private sealed class Subscription(string prefix)
    {
        public Channel<StoreEvent> Changes { get; } = Channel.CreateBounded<StoreEvent>(
            new BoundedChannelOptions(2 * Remembered) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

        public void Offer(StoreEvent change)
        {
            if (change.Object.Key.StartsWith(prefix, StringComparison.Ordinal) && !Changes.Writer.TryWrite(change))
            {
                Changes.Writer.TryComplete(new RevisionTooOldException(change.Revision - Remembered, change.Revision));
            }
        }
    }
}
