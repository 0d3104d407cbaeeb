namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>
/// A set of places in a document, as a tree. Elements are spelt as in fieldsV1: <c>f:</c> a field, <c>k:</c> a list item by its
/// keys, <c>v:</c> an item of a set.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    public bool IsEmpty => entries.Count == 0;

    /// <summary>Every element with whether it belongs to the set itself, and what belongs to it below.</summary>
    public IEnumerable<(string Element, bool IsMember, FieldSet? Below)> Entries =>
        entries.Select(e => (e.Key, e.Value.IsMember, e.Value.Below));

    public void Add(string element) => Find(element).IsMember = true;

    public void Add(string element, FieldSet below)
    {
        if (!below.IsEmpty)
        {
            var entry = Find(element);
            entry.Below = entry.Below is null ? below : entry.Below.Union(below);
        }
    }

    public bool Contains(string element) => entries.TryGetValue(element, out var entry) && entry.IsMember;

    /// <summary>Whether the element or anything below it belongs to the set.</summary>
    public bool Touches(string element) => entries.ContainsKey(element);

    public FieldSet? Below(string element) => entries.GetValueOrDefault(element)?.Below;

    public FieldSet Union(FieldSet other)
    {
        var result = new FieldSet();
        foreach (var source in (FieldSet[])[this, other])
        {
            foreach (var (element, isMember, below) in source.Entries)
            {
                if (isMember)
                {
                    result.Add(element);
                }
                if (below is not null)
                {
                    result.Add(element, below);
                }
            }
        }
        return result;
    }

    public FieldSet Intersect(FieldSet other) =>
        Combine(other, (mine, theirs) => mine && theirs, (mine, theirs) => theirs is null ? null : mine.Intersect(theirs));

    public FieldSet Except(FieldSet other) =>
        Combine(other, (mine, theirs) => mine && !theirs, (mine, theirs) => theirs is null ? mine : mine.Except(theirs));

    /// <summary>Those of the elements here that are wanted, with all below them.</summary>
    public FieldSet Where(Func<string, bool> wanted)
    {
        var result = new FieldSet();
        foreach (var (element, entry) in entries)
        {
            if (wanted(element))
            {
                result.entries[element] = entry;
            }
        }
        return result;
    }

    public bool SetEquals(FieldSet other) => Except(other).IsEmpty && other.Except(this).IsEmpty;

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> member, Func<FieldSet, FieldSet?, FieldSet?> below)
    {
        var result = new FieldSet();
        foreach (var (element, entry) in entries)
        {
            var theirs = other.entries.GetValueOrDefault(element);
            if (member(entry.IsMember, theirs?.IsMember == true))
            {
                result.Add(element);
            }
            if (entry.Below is not null && below(entry.Below, theirs?.Below) is { } inner)
            {
                result.Add(element, inner);
            }
        }
        return result;
    }

    private Entry Find(string element)
    {
        if (!entries.TryGetValue(element, out var entry))
        {
            entry = new Entry();
            entries[element] = entry;
        }
        return entry;
    }

    private sealed class Entry
    {
        public bool IsMember { get; set; }

        public FieldSet? Below { get; set; }
    }
}
