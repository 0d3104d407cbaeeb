using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tripod.Store;

namespace Tripod.Pods.Cluster;

/// <summary>
/// Removes objects whose owners are gone, and keeps or removes what an owner leaves behind as its deletion asked
/// (Kubernetes: Garbage Collection). Woken by the store's watch, in the order of its revisions.
/// </summary>
internal sealed class GarbageCollector(ObjectStore store, TimeProvider clock, ILogger log)
{
    private const string Orphan = "orphan", Foreground = "foregroundDeletion";

    /// <summary>By uid.</summary>
    private readonly Dictionary<string, string> keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> dependents = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var revision = Begin();
                await foreach (var change in store.Watch("/registry/", revision, cancel).ConfigureAwait(false))
                {
                    Follow(change);
                }

                return;
            }
            catch (RevisionTooOldException)
            {
                LogMessages.WatchBeginsAgain(log, "/registry/");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is System.Data.Common.DbException or IOException)
            {
                LogMessages.ControllerFailed(log, "garbage collector", failure);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>All that is there, and then what was missed while no engine ran.</summary>
    private long Begin()
    {
        keys.Clear();
        dependents.Clear();
        var revision = store.Revision;
        var all = store.Collections.ToList().SelectMany(collection => store.List(collection).Objects).ToList();
        foreach (var stored in all)
        {
            Learn(stored, Metadata.Of(stored));
        }

        foreach (var stored in all)
        {
            Judge(stored, Metadata.Of(stored));
        }

        return revision;
    }

    private void Follow(StoreEvent change)
    {
        var metadata = Metadata.Of(change.Object);
        if (change.Type != StoreEventType.Deleted)
        {
            Learn(change.Object, metadata);
            Judge(change.Object, metadata);
            return;
        }

        keys.Remove(metadata.Uid);
        dependents.Remove(metadata.Uid, out var left);
        foreach (var owner in metadata.Owners)
        {
            if (dependents.TryGetValue(owner, out var siblings) && siblings.Remove(metadata.Uid) && keys.TryGetValue(owner, out var key) && store.Get(key) is { } waiting)
            {
                Judge(waiting, Metadata.Of(waiting));
            }
        }

        foreach (var stored in Stored(left))
        {
            Judge(stored, Metadata.Of(stored));
        }
    }

    private void Learn(StoredObject stored, Metadata metadata)
    {
        keys[metadata.Uid] = stored.Key;
        foreach (var owner in metadata.Owners)
        {
            if (!dependents.TryGetValue(owner, out var owned))
            {
                dependents[owner] = owned = [];
            }

            owned.Add(metadata.Uid);
        }
    }

    private void Judge(StoredObject stored, Metadata metadata)
    {
        if (metadata.IsDeleted)
        {
            if (metadata.Finalizers.Contains(Orphan))
            {
                Leave(metadata.Uid);
                LetGo(stored.Key, Orphan);
            }
            else if (metadata.Finalizers.Contains(Foreground))
            {
                TakeAlong(stored.Key, metadata.Uid);
            }
        }
        else if (metadata.Owners.Count > 0 && metadata.Owners.All(owner => !keys.ContainsKey(owner)))
        {
            LogMessages.OwnerGone(log, stored.Key);
            ObjectRemoval.Begin(store, stored, clock.GetUtcNow());
        }
    }

    /// <summary>Its dependents are nobody's from now on.</summary>
    private void Leave(string uid)
    {
        foreach (var stored in Stored(dependents.GetValueOrDefault(uid)))
        {
            store.Update(stored.Key, document =>
            {
                var owners = document["metadata"]!["ownerReferences"] as JsonArray ?? [];
                document["metadata"]!["ownerReferences"] = new JsonArray([.. owners.Where(owner => (string?)owner!["uid"] != uid).Select(owner => owner!.DeepClone())]);
                return document;
            });
        }

        dependents.Remove(uid);
    }

    /// <summary>It goes after those of its dependents that hold it back.</summary>
    private void TakeAlong(string key, string uid)
    {
        var blocking = false;
        foreach (var stored in Stored(dependents.GetValueOrDefault(uid)))
        {
            blocking |= Metadata.Of(stored).Blocks(uid);
            ObjectRemoval.Begin(store, stored, clock.GetUtcNow());
        }

        if (!blocking)
        {
            LetGo(key, Foreground);
        }
    }

    private void LetGo(string key, string finalizer)
    {
        var left = store.Update(key, document =>
        {
            var finalizers = document["metadata"]!["finalizers"] as JsonArray ?? [];
            document["metadata"]!["finalizers"] = new JsonArray([.. finalizers.Where(known => (string?)known != finalizer).Select(known => known!.DeepClone())]);
            return document;
        });
        // A pod goes when its worker is done with it.
        if (left is not null && Metadata.Of(left) is { IsDeleted: true, Finalizers.Count: 0 } && !key.StartsWith(ResourceKeys.Prefix("pods"), StringComparison.Ordinal))
        {
            store.Delete(key);
        }
    }

    private IEnumerable<StoredObject> Stored(IEnumerable<string>? uids) =>
        (uids ?? []).ToList().Select(uid => keys.TryGetValue(uid, out var key) ? store.Get(key) : null).OfType<StoredObject>();

    private sealed record Metadata(string Uid, bool IsDeleted, IReadOnlyList<string> Finalizers, IReadOnlyList<string> Owners, IReadOnlyList<string> Blocking)
    {
        public bool Blocks(string owner) => Blocking.Contains(owner);

        public static Metadata Of(StoredObject stored)
        {
            using var document = JsonDocument.Parse(stored.Document);
            if (!document.RootElement.TryGetProperty("metadata", out var metadata))
            {
                return new("", false, [], [], []);
            }

            var owners = Items(metadata, "ownerReferences");
            return new(
                Text(metadata, "uid"),
                metadata.TryGetProperty("deletionTimestamp", out var deleted) && deleted.ValueKind == JsonValueKind.String,
                [.. Items(metadata, "finalizers").Select(finalizer => finalizer.GetString() ?? "")],
                [.. owners.Select(owner => Text(owner, "uid"))],
                [.. owners.Where(owner => owner.TryGetProperty("blockOwnerDeletion", out var blocks) && blocks.ValueKind == JsonValueKind.True).Select(owner => Text(owner, "uid"))]);
        }

        private static List<JsonElement> Items(JsonElement element, string name) =>
            element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

        private static string Text(JsonElement element, string name) =>
            element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
    }
}
