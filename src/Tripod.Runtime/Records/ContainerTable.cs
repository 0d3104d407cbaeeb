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
    private readonly Lock adding = new();
    private readonly List<Channel<ContainerEvent>> listeners = [];

    public IEnumerable<ContainerEntry> All => entries.Values;

    /// <summary>A sandbox's containers, but for pause.</summary>
    public IEnumerable<ContainerEntry> InSandbox(string sandboxId) => entries.Values.Where(entry => entry.Record.SandboxId == sandboxId && !entry.Record.IsPause);

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

    /// <summary>The one that is the same, or a new one, written down before anyone can see it, whose turn the caller then has.</summary>
    public (ContainerEntry Entry, IDisposable? Turn) FindOrAdd(Func<ContainerRecord, bool> isSame, Func<ContainerRecord> make)
    {
        lock (adding)
        {
            if (entries.Values.FirstOrDefault(entry => isSame(entry.Record)) is { } found)
            {
                return (found, null);
            }

            var record = make();
            Write(record);
            var made = new ContainerEntry(record);
            var turn = made.TakeFirstTurn();
            entries[record.Id] = made;
            return (made, turn);
        }
    }

    public void Change(ContainerEntry entry, Func<ContainerRecord, ContainerRecord> change)
    {
        lock (entry.Gate)
        {
            var changed = change(entry.Record);
            if (!entry.IsRemoved)
            {
                Write(changed);
            }

            entry.Record = changed;
        }
    }

    public void Remove(ContainerEntry entry)
    {
        lock (entry.Gate)
        {
            store.Delete(Collection, entry.Record.Id);
            entry.IsRemoved = true;
            entries.TryRemove(entry.Record.Id, out _);
        }
    }

    public void Publish(ContainerEventKind kind, ContainerRecord record)
    {
        var happened = new ContainerEvent(kind, record.Id, record.SandboxId);
        lock (gate)
        {
            listeners.ForEach(listener => listener.Writer.TryWrite(happened));
        }
    }

    /// <summary>From this call on, not from the first read on.</summary>
    public IAsyncEnumerable<ContainerEvent> Events(CancellationToken cancel)
    {
        var channel = Channel.CreateUnbounded<ContainerEvent>(new() { SingleReader = true });
        lock (gate)
        {
            listeners.Add(channel);
        }

        return ReadAsync(channel, cancel);
    }

    private async IAsyncEnumerable<ContainerEvent> ReadAsync(Channel<ContainerEvent> channel, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
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
