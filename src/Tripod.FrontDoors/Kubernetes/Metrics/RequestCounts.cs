using System.Collections.Concurrent;

namespace Tripod.FrontDoors.Kubernetes.Metrics;

/// <summary>Counts requests and how long they took. The router tells it of each.</summary>
internal sealed class RequestCounts
{
    /// <summary>Upper bounds in seconds; what takes longer counts only in the sum of all.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly ConcurrentDictionary<(string Verb, string Group, string Resource, string Subresource, int Code), Counter> counts = new();
    private int current, watching;

    public int Current => Volatile.Read(ref current);

    /// <summary>Watches, and streams into and out of pods: they last as long as their clients want.</summary>
    public int LongRunning => Volatile.Read(ref watching);

    public IEnumerable<((string Verb, string Group, string Resource, string Subresource, int Code) Of, Counter Counter)> All => counts.Select(pair => (pair.Key, pair.Value));

    public void Begin(bool isLong) => Interlocked.Increment(ref isLong ? ref watching : ref current);

    public void End(bool isLong, (string Verb, string Group, string Resource, string Subresource, int Code) of, TimeSpan took)
    {
        Interlocked.Decrement(ref isLong ? ref watching : ref current);
        counts.GetOrAdd(of, _ => new()).Add(took, isLong);
    }

    /// <summary>Of requests with the same verb, resource and outcome.</summary>
    internal sealed class Counter
    {
        private readonly Lock gate = new();
        private readonly long[] buckets = new long[Bounds.Count];
        private long total, timed;
        private double seconds;

        public void Add(TimeSpan took, bool isLong)
        {
            lock (gate)
            {
                total++;
                if (isLong)
                {
                    return;
                }

                timed++;
                seconds += took.TotalSeconds;
                for (var i = 0; i < buckets.Length; i++)
                {
                    buckets[i] += took.TotalSeconds <= Bounds[i] ? 1 : 0;
                }
            }
        }

        public (long Total, long Timed, double Seconds, long[] Buckets) Read()
        {
            lock (gate)
            {
                return (total, timed, seconds, [.. buckets]);
            }
        }
    }
}
