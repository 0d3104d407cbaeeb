using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Listing;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.FrontDoors.Kubernetes.Watching;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>
/// GET with <c>watch=true</c>: what is there, where that was asked for, then each change as it is written, until the
/// client goes, its time is up, or it lags so far behind that it must list again.
/// </summary>
internal sealed class WatchObjects(DoorParts door)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public async Task HandleAsync(ApiRequest request)
    {
        var parameters = ListParameters.Parse(request, isWatch: true);
        var selection = request.Selection;
        var form = request.Form;
        if (parameters.Revision is { } asked)
        {
            ListParameters.CheckNotAhead(asked, door.Store.Revision);
        }

        var seconds = request.Number("timeoutSeconds") is > 0 and var given ? TimeSpan.FromSeconds(given) : Longest;
        using var timeout = new CancellationTokenSource(seconds < Longest ? seconds : Longest, door.Clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel, door.Stopping, timeout.Token);
        var writer = new WatchWriter(request, form, door.Clock);
        writer.Start();
        try
        {
            await FollowAsync(request, parameters, selection, writer, ending.Token).ConfigureAwait(false);
        }
        catch (RevisionTooOldException tooOld)
        {
            writer.WriteError(ApiException.Expired(tooOld.Message));
            await writer.FlushAsync(request.Cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Its time is up or its client is gone: a watch ends like that.
        }
    }

    private async Task FollowAsync(ApiRequest request, ListParameters parameters, Selection selection, WatchWriter writer, CancellationToken cancel)
    {
        var from = parameters.Revision ?? 0;
        if (parameters.SendInitialEvents ?? from == 0)
        {
            var (objects, revision) = door.Store.List(request.Prefix);
            foreach (var stored in objects.Where(selection.Matches))
            {
                writer.Write(WatchedChange.Added, stored);
                if (writer.IsLarge)
                {
                    await writer.FlushAsync(cancel).ConfigureAwait(false);
                }
            }

            if (parameters.SendInitialEvents == true && request.Flag("allowWatchBookmarks"))
            {
                writer.WriteBookmark(revision, initialEventsEnd: true);
            }

            from = revision;
        }
        else if (from == 0)
        {
            from = door.Store.Revision;
        }

        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var changes = door.Store.Watch(request.Prefix, from, reading.Token).GetAsyncEnumerator(reading.Token);
        var pump = new WatchPump(changes, selection, writer, request.Flag("allowWatchBookmarks"), door.Store, door.Clock);
        try
        {
            await writer.FlushAsync(cancel).ConfigureAwait(false);
            await pump.RunAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!request.Cancel.IsCancellationRequested)
        {
            // Its time is up: the client goes on from where it was told that it is.
            pump.WriteLastBookmark();
            await writer.FlushAsync(request.Cancel).ConfigureAwait(false);
        }
        finally
        {
            // An enumerator may not be disposed of while it is asked for the next change.
            await reading.CancelAsync().ConfigureAwait(false);
            await pump.SettledAsync().ConfigureAwait(false);
        }
    }
}
