using System.Collections.Concurrent;
using System.Text.Json;
using Tripod.Store;

namespace Tripod.Pods.Standalone;

/// <summary>All standalone containers: in memory to read, in the record store to outlive the engine. A name is one container's.</summary>
internal sealed class StandaloneTable(RecordStore records)
{
    private const string Collection = "standalone";

    private readonly ConcurrentDictionary<string, StandaloneContainer> containers = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public IEnumerable<StandaloneContainer> All => containers.Values;

    public StandaloneContainer? Find(string id) => containers.GetValueOrDefault(id);

    public StandaloneContainer? Named(string name) => containers.Values.FirstOrDefault(container => container.Name == name);

    public void Load()
    {
        foreach (var (id, json) in records.List(Collection))
        {
            containers[id] = JsonSerializer.Deserialize(json, StandaloneJson.Default.StandaloneContainer)!;
        }
    }

    /// <summary>Written down before it is made, so that an engine that dies in between leaves nothing that nobody knows.</summary>
    /// <exception cref="NameTakenException">By another one.</exception>
    public void Add(StandaloneContainer container)
    {
        lock (gate)
        {
            RefuseTaken(container.Name);
            Write(container);
        }
    }

    /// <exception cref="NameTakenException">By another one, or by itself.</exception>
    public void Rename(string id, string name)
    {
        lock (gate)
        {
            RefuseTaken(name);
            if (containers.TryGetValue(id, out var known))
            {
                Write(known with { Name = name });
            }
        }
    }

    /// <returns>Null where it is gone.</returns>
    public StandaloneContainer? Change(string id, Func<StandaloneContainer, StandaloneContainer> change)
    {
        lock (gate)
        {
            if (!containers.TryGetValue(id, out var known))
            {
                return null;
            }

            var changed = change(known);
            if (changed != known)
            {
                Write(changed);
            }

            return changed;
        }
    }

    public void Remove(string id)
    {
        lock (gate)
        {
            records.Delete(Collection, id);
            containers.TryRemove(id, out _);
        }
    }

    private void RefuseTaken(string name)
    {
        if (Named(name) is { } other)
        {
            throw new NameTakenException(name, other.Id);
        }
    }

    private void Write(StandaloneContainer container)
    {
        records.Put(Collection, container.Id, JsonSerializer.SerializeToUtf8Bytes(container, StandaloneJson.Default.StandaloneContainer));
        containers[container.Id] = container;
    }
}
