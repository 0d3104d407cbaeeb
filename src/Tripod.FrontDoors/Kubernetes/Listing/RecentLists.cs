using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Listing;

/// <summary>
/// Lists that clients are reading chunk by chunk, as they stood at their first chunk. The objects are the store's own,
/// so that a list costs one reference each; the oldest list goes first.
/// </summary>
internal sealed class RecentLists
{
    private const int Kept = 16;

    private readonly Lock gate = new();
    private readonly LinkedList<(long Revision, string Prefix, IReadOnlyList<StoredObject> Objects)> lists = [];

    public void Keep(long revision, string prefix, IReadOnlyList<StoredObject> objects)
    {
        lock (gate)
        {
            if (lists.Any(list => list.Revision == revision && list.Prefix == prefix))
            {
                return;
            }

            lists.AddLast((revision, prefix, objects));
            if (lists.Count > Kept)
            {
                lists.RemoveFirst();
            }
        }
    }

    /// <returns>Null when it is remembered no more.</returns>
    public IReadOnlyList<StoredObject>? Find(long revision, string prefix)
    {
        lock (gate)
        {
            return lists.FirstOrDefault(list => list.Revision == revision && list.Prefix == prefix).Objects;
        }
    }
}
