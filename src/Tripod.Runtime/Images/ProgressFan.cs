namespace Tripod.Runtime.Images;

/// <summary>Tells each listener what the work reports; a new one first hears where every layer stands.</summary>
internal sealed class ProgressFan : IProgress<PullProgress>
{
    private readonly Lock gate = new();
    private readonly List<IProgress<PullProgress>> listeners = [];
    private readonly Dictionary<string, PullProgress> last = [];

    public void Report(PullProgress value)
    {
        lock (gate)
        {
            last[value.LayerDigest] = value;
            foreach (var listener in listeners)
            {
                listener.Report(value);
            }
        }
    }

    public void Add(IProgress<PullProgress>? listener)
    {
        if (listener is not null)
        {
            lock (gate)
            {
                listeners.Add(listener);
                foreach (var value in last.Values)
                {
                    listener.Report(value);
                }
            }
        }
    }

    public void Remove(IProgress<PullProgress>? listener)
    {
        if (listener is not null)
        {
            lock (gate)
            {
                listeners.Remove(listener);
            }
        }
    }
}
