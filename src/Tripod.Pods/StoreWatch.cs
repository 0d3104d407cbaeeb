using Microsoft.Extensions.Logging;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>Tells of all objects below a prefix and of each change to them, until it is cancelled; begins again where the store has forgotten too much, or somebody who is told fails.</summary>
internal sealed class StoreWatch(ObjectStore store, TimeProvider clock, ILogger log, CancellationToken stopping)
{
    public async Task RunAsync(string prefix, Action<StoreEventType, StoredObject> seen)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var (objects, revision) = store.List(prefix);
                foreach (var stored in objects)
                {
                    seen(StoreEventType.Added, stored);
                }

                await foreach (var change in store.Watch(prefix, revision, stopping).ConfigureAwait(false))
                {
                    seen(change.Type, change.Object);
                }

                return;
            }
            catch (RevisionTooOldException)
            {
                LogMessages.WatchBeginsAgain(log, prefix);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is System.Data.Common.DbException or IOException or UnauthorizedAccessException or KeyExistsException)
            {
                // A full disk, say: all is looked at again.
                LogMessages.ControllerFailed(log, $"controller of {prefix}", failure);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
