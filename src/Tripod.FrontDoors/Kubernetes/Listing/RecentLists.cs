using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Listing;

/// <summary>
/// Lists that clients are reading chunk by chunk, as they stood at their first chunk. The objects are the store's own,
/// so that a list costs one reference each; the oldest list goes first, and none stays longer than Kubernetes keeps what was.
/// </summary>
internal sealed class RecentLists(TimeProvider clock)
{
    private const int Kept = 16;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly LinkedList<(long Revision, string Prefix, IReadOnlyList<StoredObject> Objects, DateTimeOffset Since)> lists = [];

    public void Keep(long revision, string prefix, IReadOnlyList<StoredObject> objects)
    {
        lock (gate)
        {
            Forget();
            if (lists.Any(list => list.Revision == revision && list.Prefix == prefix))
            {
                return;
            }

            lists.AddLast((revision, prefix, objects, clock.GetUtcNow()));
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
            Forget();
            return lists.FirstOrDefault(list => list.Revision == revision && list.Prefix == prefix).Objects;
        }
    }

    private void Forget()
    {
        while (lists.First is { } oldest && clock.GetUtcNow() - oldest.Value.Since >= Longest)
        {
            lists.RemoveFirst();
        }
    }
}
