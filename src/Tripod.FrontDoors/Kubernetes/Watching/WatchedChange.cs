using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Watching;

/// <summary>What one change of the store is to a watcher that sees only what its selection lets through.</summary>
internal static class WatchedChange
{
    public const string Added = "ADDED", Modified = "MODIFIED", Deleted = "DELETED", Bookmark = "BOOKMARK", Error = "ERROR";

    /// <returns>Null when the watcher sees nothing of it. An object that leaves the selection is shown as it was, at the revision of its leaving.</returns>
    public static (string Type, StoredObject Object)? Of(StoreEvent change, Selection selection)
    {
        var isIn = change.Type != StoreEventType.Deleted && selection.Matches(change.Object);
        var wasIn = change.Type == StoreEventType.Deleted
            ? selection.Matches(change.Object)
            : change.Previous is { } previous && selection.Matches(previous);
        return (wasIn, isIn) switch
        {
            (false, true) => (Added, change.Object),
            (true, true) => (Modified, change.Object),
            (true, false) => (Deleted, change.Type == StoreEventType.Deleted ? change.Object : Restamped(change)),
            _ => null,
        };
    }

    private static StoredObject Restamped(StoreEvent change)
    {
        var document = JsonBytes.Parse(change.Previous!.Document);
        document["metadata"]!["resourceVersion"] = $"{change.Revision}";
        return new(change.Object.Key, change.Revision, JsonBytes.Of(document).ToArray());
    }
}
