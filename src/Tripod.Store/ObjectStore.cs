using System.Text.Json.Nodes;

namespace Tripod.Store;

/// <summary>
/// Objects by key, each write a new revision of the whole store, with a watch; on SQLite. It stamps
/// <c>metadata.resourceVersion</c> and knows nothing else of what it holds. Doors and pod engine read and write here.
/// </summary>
public sealed class ObjectStore : IDisposable
{
    /// <param name="databasePath">Made where it is missing.</param>
    public static ObjectStore Open(string databasePath) => throw new NotImplementedException();

    /// <summary>The newest revision.</summary>
    public long Revision => throw new NotImplementedException();

    public StoredObject? Get(string key) => throw new NotImplementedException();

    /// <summary>All objects whose key starts with the prefix, in the order of their keys (ordinal), and the revision they stand at.</summary>
    public (IReadOnlyList<StoredObject> Objects, long Revision) List(string prefix) => throw new NotImplementedException();

    /// <exception cref="KeyExistsException"/>
    public StoredObject Create(string key, JsonObject document) => throw new NotImplementedException();

    /// <exception cref="KeyNotFoundInStoreException"/>
    /// <exception cref="RevisionConflictException"/>
    public StoredObject Update(string key, long expectedRevision, JsonObject document) => throw new NotImplementedException();

    /// <summary>Reads, changes and writes until no one else wrote in between. Null from <paramref name="change"/>, or a result equal to what is stored, writes nothing.</summary>
    /// <returns>The object as it stands afterwards; null when the key is not there.</returns>
    public StoredObject? Update(string key, Func<JsonObject, JsonObject?> change) => throw new NotImplementedException();

    /// <param name="expectedRevision">Null: whatever is there.</param>
    /// <returns>The last state, at the revision of its deletion; null when the key was not there.</returns>
    public StoredObject? Delete(string key, long? expectedRevision = null) => throw new NotImplementedException();

    /// <summary>Every change after <paramref name="fromRevision"/> below the prefix, in order, until cancelled.</summary>
    /// <exception cref="RevisionTooOldException">Thrown by the call itself, not by the enumeration.</exception>
    public IAsyncEnumerable<StoreEvent> Watch(string prefix, long fromRevision, CancellationToken cancel) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
