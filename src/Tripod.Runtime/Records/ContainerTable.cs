using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Tripod.Runtime.Containers;
using Tripod.Store;

namespace Tripod.Runtime.Records;

/// <summary>All containers, pause among them: in memory to read, in the record store to outlive the engine, and with a say of every change.</summary>
internal sealed class ContainerTable(RecordStore store)
{
    private const string Collection = "containers";

    private readonly ConcurrentDictionary<string, ContainerEntry> entries = new();
    private readonly Lock gate = new();
    private readonly List<Channel<ContainerEvent>> listeners = [];

    public IEnumerable<ContainerEntry> All => entries.Values;

    public ContainerEntry? Find(string id) => entries.GetValueOrDefault(id);

    /// <exception cref="RuntimeException">NotFound.</exception>
    public ContainerEntry Get(string id) =>
        Find(id) ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"no such container: {id}");

    public void Load()
    {
        foreach (var (id, json) in store.List(Collection))
        {
            entries[id] = new ContainerEntry(JsonSerializer.Deserialize(json, RecordJson.Default.ContainerRecord)!);
        }
    }

    /// <summary>Written down before anyone can see it.</summary>
    public ContainerEntry Add(ContainerRecord record)
    {
        Write(record);
        return entries[record.Id] = new ContainerEntry(record);
    }

    public void Change(ContainerEntry entry, Func<ContainerRecord, ContainerRecord> change)
    {
        var changed = change(entry.Record);
        Write(changed);
        entry.Record = changed;
    }

    public void Remove(ContainerEntry entry)
    {
        store.Delete(Collection, entry.Record.Id);
        entries.TryRemove(entry.Record.Id, out _);
    }

    public void Publish(ContainerEventKind kind, ContainerRecord record)
    {
        var happened = new ContainerEvent(kind, record.Id, record.SandboxId);
        lock (gate)
        {
            listeners.ForEach(listener => listener.Writer.TryWrite(happened));
        }
    }

    public async IAsyncEnumerable<ContainerEvent> Events([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var channel = Channel.CreateUnbounded<ContainerEvent>(new() { SingleReader = true });
        lock (gate)
        {
            listeners.Add(channel);
        }

        try
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                yield return happened;
            }
        }
        finally
        {
            lock (gate)
            {
                listeners.Remove(channel);
            }
        }
    }

    private void Write(ContainerRecord record) =>
        store.Put(Collection, record.Id, JsonSerializer.SerializeToUtf8Bytes(record, RecordJson.Default.ContainerRecord));
}
