using System.Collections.Concurrent;
using Tripod.Pods.Volumes;

namespace Tripod.Pods.Resizing;

/// <summary>What each pod has been granted, kept in the pod's directory: an engine that was killed goes on from it, and it goes with the pod.</summary>
internal sealed class Allocations(PodVolumes volumes)
{
    private const string File = "allocation.json";

    private readonly ConcurrentDictionary<string, PodAllocation> known = new(StringComparer.Ordinal);

    /// <summary>Null for a pod that this node has not taken yet.</summary>
    public PodAllocation? Of(string uid)
    {
        if (known.TryGetValue(uid, out var found))
        {
            return found;
        }

        var path = PathOf(uid);
        return System.IO.File.Exists(path) ? known.GetOrAdd(uid, PodAllocation.Parse(System.IO.File.ReadAllText(path))) : null;
    }

    public void Set(string uid, PodAllocation allocation)
    {
        var path = PathOf(uid);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText($"{path}.new", allocation.Document.ToJsonString());
        System.IO.File.Move($"{path}.new", path, overwrite: true);
        known[uid] = allocation;
    }

    /// <summary>The file goes with the pod's directory.</summary>
    public void Forget(string uid) => known.TryRemove(uid, out _);

    private string PathOf(string uid) => Path.Combine(volumes.PodDirectory(uid), File);
}
