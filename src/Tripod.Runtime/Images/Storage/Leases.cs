namespace Tripod.Runtime.Images.Storage;

/// <summary>Blobs and layers that a pull or load under way counts on before any image names them. A sweep sees each either here or in the index.</summary>
internal sealed class Leases
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> held = [];

    /// <param name="keys">Digests and chain ids. Look for what is present only after this.</param>
    public IDisposable Hold(IEnumerable<string> keys)
    {
        var lease = new Lease(this, [.. keys]);
        lock (gate)
        {
            foreach (var key in lease.Keys)
            {
                held[key] = held.GetValueOrDefault(key) + 1;
            }
        }

        return lease;
    }

    /// <summary>Runs while no one can take out a lease.</summary>
    public T Sweep<T>(Func<IReadOnlyCollection<string>, T> sweep)
    {
        lock (gate)
        {
            return sweep(held.Keys);
        }
    }

    private sealed class Lease(Leases owner, IReadOnlyList<string> keys) : IDisposable
    {
        private bool ended;

        public IReadOnlyList<string> Keys => keys;

        public void Dispose()
        {
            lock (owner.gate)
            {
                foreach (var key in ended ? [] : keys)
                {
                    if (--owner.held[key] == 0)
                    {
                        owner.held.Remove(key);
                    }
                }

                ended = true;
            }
        }
    }
}
