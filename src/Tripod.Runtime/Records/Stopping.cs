namespace Tripod.Runtime.Records;

/// <summary>When a container that was asked to end will be killed: the earliest time that any of the present stops has named.</summary>
internal sealed class Stopping
{
    private readonly Lock gate = new();
    private int stops, signals;
    private DateTimeOffset killAt;
    private TaskCompletionSource sooner = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When to kill, and a task that completes when that time has been brought forward.</summary>
    public (DateTimeOffset KillAt, Task Sooner) Now
    {
        get
        {
            lock (gate)
            {
                return (killAt, sooner.Task);
            }
        }
    }

    /// <returns>Whether no other stop was under way: whoever is first sends the signal.</returns>
    public bool Join(DateTimeOffset wanted)
    {
        lock (gate)
        {
            var first = stops++ == 0;
            if (first || wanted < killAt)
            {
                killAt = wanted;
                sooner.SetResult();
                sooner = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return first;
        }
    }

    /// <returns>Whether nobody has taken it before.</returns>
    public bool TakeSignal() => Interlocked.Exchange(ref signals, 1) == 0;

    public void Leave()
    {
        lock (gate)
        {
            stops--;
        }
    }
}
