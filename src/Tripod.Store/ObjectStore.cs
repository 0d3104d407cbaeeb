using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.Store;

/// <summary>
/// Objects by key, each write a new revision of the whole store, with a watch; on SQLite. It stamps
/// <c>metadata.resourceVersion</c> and knows nothing else of what it holds. Doors and pod engine read and write here.
/// </summary>
/// <remarks>
/// One lock orders the writes; what is read stands in memory and is swapped whole, so that reads never wait. A write is
/// committed to the file before anyone can see it.
/// </remarks>
public sealed class ObjectStore : IDisposable
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock gate = new();
    private readonly ObjectTable table;
    private readonly WatchHub watches;
    private volatile Snapshot current;

    private ObjectStore(ObjectTable table)
    {
        this.table = table;
        var (objects, revision) = table.Load();
        current = new(objects.GroupBy(stored => Collection(stored.Key)).ToImmutableDictionary(
            group => group.Key,
            group => group.ToImmutableSortedDictionary(stored => stored.Key, stored => stored, StringComparer.Ordinal)), revision);
        watches = new(revision);
    }

    /// <param name="databasePath">Made where it is missing.</param>
    public static ObjectStore Open(string databasePath) => new(ObjectTable.Open(databasePath));

    /// <summary>The newest revision.</summary>
    public long Revision => current.Revision;

    /// <summary>The kinds of object that have been stored, as prefixes: <c>/registry/pods/</c> …</summary>
    public IEnumerable<string> Collections => current.Collections.Keys;

    public StoredObject? Get(string key) => current.Of(key).GetValueOrDefault(key);

    /// <summary>All objects whose key starts with the prefix, in the order of their keys (ordinal), and the revision they stand at.</summary>
    public (IReadOnlyList<StoredObject> Objects, long Revision) List(string prefix)
    {
        var snapshot = current;
        var objects = snapshot.Of(prefix).Values.Where(stored => stored.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        return (objects, snapshot.Revision);
    }

    /// <exception cref="KeyExistsException"/>
    public StoredObject Create(string key, JsonObject document)
    {
        lock (gate)
        {
            return Get(key) is null ? Write(key, document, previous: null) : throw new KeyExistsException(key);
        }
    }

    /// <exception cref="KeyNotFoundInStoreException"/>
    /// <exception cref="RevisionConflictException"/>
    public StoredObject Update(string key, long expectedRevision, JsonObject document)
    {
        lock (gate)
        {
            var previous = Get(key) ?? throw new KeyNotFoundInStoreException(key);
            return previous.Revision == expectedRevision
                ? Write(key, document, previous)
                : throw new RevisionConflictException(key, expectedRevision, previous.Revision);
        }
    }

    /// <summary>Reads, changes and writes until no one else wrote in between. Null from <paramref name="change"/>, or a result equal to what is stored, writes nothing.</summary>
    /// <returns>The object as it stands afterwards; null when the key is not there.</returns>
    public StoredObject? Update(string key, Func<JsonObject, JsonObject?> change)
    {
        while (Get(key) is { } previous)
        {
            var changed = change((JsonObject)JsonNode.Parse(previous.Document.Span)!);
            if (changed is null || Encode(changed, previous.Revision).AsSpan().SequenceEqual(previous.Document.Span))
            {
                return previous;
            }

            lock (gate)
            {
                if (ReferenceEquals(Get(key), previous))
                {
                    return Write(key, changed, previous);
                }
            }
        }

        return null;
    }

    /// <param name="expectedRevision">Null: whatever is there.</param>
    /// <returns>The last state, at the revision of its deletion; null when the key was not there.</returns>
    /// <exception cref="RevisionConflictException"/>
    public StoredObject? Delete(string key, long? expectedRevision = null)
    {
        lock (gate)
        {
            if (Get(key) is not { } previous)
            {
                return null;
            }

            if (expectedRevision is { } expected && expected != previous.Revision)
            {
                throw new RevisionConflictException(key, expected, previous.Revision);
            }

            var revision = Revision + 1;
            var last = new StoredObject(key, revision, Encode((JsonObject)JsonNode.Parse(previous.Document.Span)!, revision));
            table.Delete(key, revision);
            current = current.Without(key, revision);
            previous.Supersede();
            watches.Publish(new StoreEvent(StoreEventType.Deleted, last, previous));
            return last;
        }
    }

    /// <summary>Every change after <paramref name="fromRevision"/> below the prefix, in order, until cancelled.</summary>
    /// <exception cref="RevisionTooOldException">Thrown by the call itself; by the enumeration only when its reader lags too far behind.</exception>
    public IAsyncEnumerable<StoreEvent> Watch(string prefix, long fromRevision, CancellationToken cancel) =>
        watches.Subscribe(prefix, fromRevision, cancel);

    /// <summary>Gives back some of the room that deleted objects have left in the file; called again it gives back more.</summary>
    public void Shrink()
    {
        lock (gate)
        {
            table.Shrink();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            watches.Close();
            table.Dispose();
        }
    }

    private StoredObject Write(string key, JsonObject document, StoredObject? previous)
    {
        var revision = Revision + 1;
        var stored = new StoredObject(key, revision, Encode(document, revision));
        table.Put(stored);
        current = current.With(stored);
        previous?.Supersede();
        watches.Publish(new StoreEvent(previous is null ? StoreEventType.Added : StoreEventType.Modified, stored, previous));
        return stored;
    }

    private static byte[] Encode(JsonObject document, long revision)
    {
        if (document["metadata"] is not JsonObject metadata)
        {
            document["metadata"] = metadata = [];
        }

        metadata["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            document.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary><c>/registry/pods/</c> of a key or prefix below it.</summary>
    private static string Collection(string key)
    {
        var second = key.IndexOf('/', 1);
        var third = second < 0 ? -1 : key.IndexOf('/', second + 1);
        return third < 0 ? key : key[..(third + 1)];
    }

    private sealed record Snapshot(ImmutableDictionary<string, ImmutableSortedDictionary<string, StoredObject>> Collections, long Revision)
    {
        private static readonly ImmutableSortedDictionary<string, StoredObject> Empty =
            ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

        public ImmutableSortedDictionary<string, StoredObject> Of(string key) => Collections.GetValueOrDefault(Collection(key), Empty);

        public Snapshot With(StoredObject stored) =>
            new(Collections.SetItem(Collection(stored.Key), Of(stored.Key).SetItem(stored.Key, stored)), stored.Revision);

        public Snapshot Without(string key, long revision) =>
            new(Collections.SetItem(Collection(key), Of(key).Remove(key)), revision);
    }
}
