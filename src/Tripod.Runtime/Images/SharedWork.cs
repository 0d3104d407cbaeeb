namespace Tripod.Runtime.Images;

/// <summary>
/// One piece of work for all who ask for the same at once. Who gives up leaves the others alone; the work is cancelled
/// when the last one has given up. Each hears of the progress, whoever came late the last word on every layer.
/// </summary>
internal sealed class SharedWork<T>
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Running> running = [];

    public async Task<T> Run(
        string key, Func<IProgress<PullProgress>, CancellationToken, Task<T>> work, IProgress<PullProgress>? progress, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var (shared, joined) = Join(key, work, progress);
            if (!joined)
            {
                await ((Task)shared.Task).WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            try
            {
                return await shared.Task.WaitAsync(cancel);
            }
            finally
            {
                Leave(shared, progress);
            }
        }
    }

    /// <returns>False for work that everyone has left and that is ending: wait for its end, then ask again.</returns>
    private (Running Work, bool Joined) Join(string key, Func<IProgress<PullProgress>, CancellationToken, Task<T>> work, IProgress<PullProgress>? progress)
    {
        lock (gate)
        {
            if (!running.TryGetValue(key, out var shared))
            {
                shared = new Running();
                running.Add(key, shared);
                shared.Task = Task.Run(() => Carry(key, shared, work));
            }
            else if (shared.Waiters == 0)
            {
                return (shared, false);
            }

            shared.Waiters++;
            shared.Progress.Add(progress);
            return (shared, true);
        }
    }

    private async Task<T> Carry(string key, Running shared, Func<IProgress<PullProgress>, CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(shared.Progress, shared.Cancel.Token);
        }
        finally
        {
            lock (gate)
            {
                running.Remove(key);
            }
        }
    }

    private void Leave(Running shared, IProgress<PullProgress>? progress)
    {
        bool last;
        lock (gate)
        {
            shared.Progress.Remove(progress);
            last = --shared.Waiters == 0;
        }

        if (last)
        {
            shared.Cancel.Cancel();
        }
    }

    private sealed class Running
    {
        public Task<T> Task { get; set; } = null!;
        public CancellationTokenSource Cancel { get; } = new();
        public ProgressFan Progress { get; } = new();
        public int Waiters { get; set; }
    }
}
