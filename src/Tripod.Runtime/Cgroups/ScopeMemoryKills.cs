using System.Collections.Concurrent;

namespace Tripod.Runtime.Cgroups;

/// <summary>
/// Whether a scope that has ended ran out of memory. systemd takes a scope's cgroup away as soon as it is empty, its counters
/// with it; those of the slice above stay, and count what happened in any of its scopes. So each kill that the slice tells of
/// is put down to the scope that ended next. Asked by <see cref="CgroupTree"/>, which reads the counters.
/// </summary>
internal sealed class ScopeMemoryKills
{
    private readonly ConcurrentDictionary<string, long> known = new();

    /// <summary>Before a scope is made: what the slice counts until now is others'.</summary>
    public void Note(string scope, long above) => known.TryAdd(SliceOf(scope), above);

    /// <param name="scope">By its path.</param>
    /// <param name="own">What its own counters say, where they could still be read.</param>
    /// <param name="above">The slice's count.</param>
    public bool WasOutOfMemory(string scope, bool own, long above)
    {
        var slice = SliceOf(scope);
        var before = known.GetOrAdd(slice, above);
        if (above > before)
        {
            known[slice] = above;
        }

        return own || above > before;
    }

    /// <summary>A slice that is made again counts from nought.</summary>
    public void Forget(string slice) => known.TryRemove(slice, out _);

    private static string SliceOf(string scope) => scope[..scope.LastIndexOf('/')];
}
