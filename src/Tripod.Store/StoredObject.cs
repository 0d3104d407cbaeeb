namespace Tripod.Store;

/// <summary>One object at one revision: immutable, shared by all readers.</summary>
public sealed class StoredObject(string key, long revision, byte[] document)
{
    private object? view;

    /// <summary>For example <c>/registry/pods/default/ghost</c>.</summary>
    public string Key { get; } = key;

    /// <summary>The revision that wrote it, which is its <c>metadata.resourceVersion</c>.</summary>
    public long Revision { get; } = revision;

    /// <summary>The whole object as UTF-8 JSON, resourceVersion included: what a client is sent.</summary>
    public ReadOnlyMemory<byte> Document { get; } = document;

    /// <summary>The typed snapshot of this revision, made once and shared. Treat it as read-only.</summary>
    public T View<T>(Func<ReadOnlyMemory<byte>, T> parse)
        where T : class => (T)(view as T ?? (view = parse(Document)));

    /// <summary>Another revision is the newest now. The document is remembered for watches that begin in the past; the snapshot would cost several times as much.</summary>
    internal void Supersede() => view = null;
}

public enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change. A deleted object carries its last state at the revision of its deletion.</summary>
public sealed record StoreEvent(StoreEventType Type, StoredObject Object, StoredObject? Previous)
{
    public long Revision => Object.Revision;
}

/// <summary>A create of a key that is there.</summary>
public sealed class KeyExistsException(string key) : Exception($"{key} already exists");

/// <summary>A write of a key that is not there.</summary>
public sealed class KeyNotFoundInStoreException(string key) : Exception($"{key} not found");

/// <summary>A write against a revision that is no longer the newest.</summary>
public sealed class RevisionConflictException(string key, long expected, long actual)
    : Exception($"{key} is at revision {actual}, not {expected}");

/// <summary>A watch from a revision whose successors are no longer remembered: list again.</summary>
public sealed class RevisionTooOldException(long revision, long oldest)
    : Exception($"too old resource version: {revision} ({oldest})");
