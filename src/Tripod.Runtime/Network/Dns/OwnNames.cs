using System.Collections.Concurrent;
using System.Net;

namespace Tripod.Runtime.Network.Dns;

/// <summary>Names that the engine answers itself, before any other server is asked. Safe for any number of threads.</summary>
public sealed class OwnNames
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<IPAddress>> addresses = new(StringComparer.OrdinalIgnoreCase);

    public void Set(string name, params IReadOnlyList<IPAddress> values) => addresses[name.TrimEnd('.')] = values;

    public void Remove(string name) => addresses.TryRemove(name.TrimEnd('.'), out _);

    public IReadOnlyList<IPAddress>? Find(string name) => addresses.GetValueOrDefault(name);
}
