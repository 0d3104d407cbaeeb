using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Listing;

/// <summary>The part of a collection that one answer holds.</summary>
/// <param name="Objects">Selected, in the order of their keys.</param>
/// <param name="Revision">At which the whole list stands.</param>
/// <param name="Continue">Where the rest begins; null when there is none.</param>
/// <param name="Remaining">How many are left; null when that is not known without looking at each.</param>
internal sealed record ListPage(IReadOnlyList<StoredObject> Objects, long Revision, ContinueToken? Continue, long? Remaining)
{
    /// <param name="objects">All of the collection, by key.</param>
    /// <param name="revision">At which they stand.</param>
    /// <param name="selection">Which of them are wanted.</param>
    /// <param name="limit">The most that are wanted; 0: all.</param>
    /// <param name="startKey">The first key that is wanted; null: the first there is.</param>
    public static ListPage Of(IReadOnlyList<StoredObject> objects, long revision, Selection selection, long limit, string? startKey)
    {
        var chosen = new List<StoredObject>();
        var first = startKey is null ? 0 : FirstAtOrAfter(objects, startKey);
        for (var i = first; i < objects.Count; i++)
        {
            if (!selection.Matches(objects[i]))
            {
                continue;
            }

            if (limit > 0 && chosen.Count == limit)
            {
                return new(chosen, revision, new(revision, objects[i].Key), selection.IsEverything ? objects.Count - i : null);
            }

            chosen.Add(objects[i]);
        }

        return new(chosen, revision, null, null);
    }

    private static int FirstAtOrAfter(IReadOnlyList<StoredObject> objects, string key)
    {
        var (low, high) = (0, objects.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(objects[middle].Key, key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
