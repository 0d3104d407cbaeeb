using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Selectors;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>
/// GET with watch: every change from a revision on, one JSON object a line, until the client goes or its time is over.
/// An object that enters or leaves the selection is told as added or deleted. Bookmarks keep the client's place.
/// </summary>
internal sealed class WatchObjects(DoorParts parts)
{
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1), LongestWatch = TimeSpan.FromMinutes(60);

    public async Task Run(ApiCall call)
    {
        var selector = Selector.Of(call);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel);
        time.CancelAfter(call.Seconds("timeoutSeconds") is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : LongestWatch);
        var prefix = ResourceKeys.Prefix(call.Kind.Collection, call.Namespace);
        var asked = call.Query("resourceVersion");
        var initial = call.Flag("sendInitialEvents");
        var fromNow = initial || asked is "" or "0";
        if (!fromNow && !long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw ApiException.BadRequest($"resourceVersion: Invalid value: \"{asked}\": must be a number");
        }

        var (objects, revision) = fromNow ? parts.Store.List(prefix) : ([], long.Parse(asked, CultureInfo.InvariantCulture));
        var lines = new WatchLines(call, parts);
        try
        {
            var changes = parts.Store.Watch(prefix, revision, time.Token);
            await lines.Begin().ConfigureAwait(false);
            foreach (var stored in objects.Where(selector.Takes))
            {
                await lines.Write("ADDED", stored).ConfigureAwait(false);
            }

            if (initial && call.Flag("allowWatchBookmarks"))
            {
                await lines.Bookmark(revision, endOfInitial: true).ConfigureAwait(false);
            }

            await Follow(call, selector, lines, changes, time.Token).ConfigureAwait(false);
        }
        catch (RevisionTooOldException old)
        {
            await lines.Error(ApiException.Expired(old.Message)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client's time is over, or the client.
        }
    }

    private async Task Follow(ApiCall call, Selector selector, WatchLines lines, IAsyncEnumerable<StoreEvent> changes, CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var enumerator = changes.GetAsyncEnumerator(ending.Token);
        var next = enumerator.MoveNextAsync().AsTask();
        try
        {
            while (await Arrived(call, lines, next, cancel).ConfigureAwait(false))
            {
                if (Told(enumerator.Current, selector) is { } type)
                {
                    await lines.Write(type, enumerator.Current.Object).ConfigureAwait(false);
                }

                next = enumerator.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator must not be disposed of while it is asked for the next.
            await ending.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for the next change; each minute without one, a bookmark says what has been seen by then.</summary>
    private async Task<bool> Arrived(ApiCall call, WatchLines lines, Task<bool> next, CancellationToken cancel)
    {
        while (true)
        {
            // Known before the wait: a change up to here would have arrived within it.
            var seen = parts.Store.Revision;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var pause = Task.Delay(BookmarkEvery, parts.Clock, waiting.Token);
            var first = await Task.WhenAny(next, pause).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            if (first == next)
            {
                return await next.ConfigureAwait(false);
            }

            cancel.ThrowIfCancellationRequested();
            if (call.Flag("allowWatchBookmarks"))
            {
                await lines.Bookmark(seen, endOfInitial: false).ConfigureAwait(false);
            }
        }
    }

    private static string? Told(StoreEvent change, Selector selector)
    {
        var before = change.Previous is { } previous && selector.Takes(previous);
        var now = change.Type != StoreEventType.Deleted && selector.Takes(change.Object);
        return (before, now) switch
        {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            _ => null,
        };
    }

    private sealed class WatchLines(ApiCall call, DoorParts parts)
    {
        private readonly bool table = TableWriter.IsWanted(call.Http.Request);
        private bool withColumns = true;

        public async Task Begin()
        {
            call.Http.Response.ContentType = "application/json";
            call.Http.Response.Headers.CacheControl = "no-cache, private";
            await call.Http.Response.BodyWriter.FlushAsync(call.Cancel).ConfigureAwait(false);
        }

        public Task Write(string type, StoredObject stored) => Line(type, writer =>
        {
            if (table)
            {
                TableWriter.Write(writer, call, [stored], stored.Revision, null, parts.Now, withColumns);
                withColumns = false;
            }
            else
            {
                writer.WriteRawValue(ShownAs.Of(call.Kind, stored).Span, skipInputValidation: true);
            }
        });

        public Task Bookmark(long revision, bool endOfInitial) => Line("BOOKMARK", writer =>
        {
            var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
            if (endOfInitial)
            {
                metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
            }

            var bookmark = new JsonObject { ["kind"] = call.Kind.Kind, ["apiVersion"] = call.Kind.ApiVersion, ["metadata"] = metadata };
            if (table)
            {
                bookmark = new()
                {
                    ["kind"] = "Table",
                    ["apiVersion"] = "meta.k8s.io/v1",
                    ["metadata"] = metadata.DeepClone(),
                    ["columnDefinitions"] = new JsonArray(),
                    ["rows"] = endOfInitial ? new JsonArray(new JsonObject { ["cells"] = new JsonArray(), ["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata.DeepClone() } }) : new JsonArray(),
                };
            }

            bookmark.WriteTo(writer);
        });

        public Task Error(ApiException failure) => Line("ERROR", writer => failure.ToStatus().WriteTo(writer));

        private async Task Line(string type, Action<Utf8JsonWriter> write)
        {
            var output = call.Http.Response.BodyWriter;
            using (var writer = new Utf8JsonWriter(output, Answer.Relaxed))
            {
                writer.WriteStartObject();
                writer.WriteString("type", type);
                writer.WritePropertyName("object");
                write(writer);
                writer.WriteEndObject();
            }

            await output.WriteAsync("\n"u8.ToArray(), call.Cancel).ConfigureAwait(false);
            await output.FlushAsync(call.Cancel).ConfigureAwait(false);
        }
    }
}
