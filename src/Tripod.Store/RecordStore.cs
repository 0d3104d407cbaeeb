namespace Tripod.Store;

/// <summary>
/// The runtime's own records (sandboxes, containers, images …) by collection and id: durable, without revisions or watch,
/// apart from the API objects but in the same kind of file. Safe for several threads.
/// </summary>
public sealed class RecordStore : IDisposable
{
    public static RecordStore Open(string databasePath) => throw new NotImplementedException();

    public byte[]? Get(string collection, string id) => throw new NotImplementedException();

    public IReadOnlyList<KeyValuePair<string, byte[]>> List(string collection) => throw new NotImplementedException();

    /// <summary>Written and on its way to disk when it returns; it survives the death of this process.</summary>
    public void Put(string collection, string id, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    public bool Delete(string collection, string id) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
