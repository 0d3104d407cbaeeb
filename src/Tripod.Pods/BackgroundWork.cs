namespace Tripod.Pods;

/// <summary>Work of one pod that goes on while its worker does other things, and that can be ended as a whole.</summary>
internal sealed class BackgroundWork : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<Task> tasks = [];

    /// <summary>Nothing is begun any more once it has been cancelled.</summary>
    public void Begin(Func<CancellationToken, Task> work)
    {
        var cancel = stopping.Token;
        var task = Task.Run(async () =>
        {
            try
            {
                await work(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // What was begun is found again by whoever looks next.
            }
        }, CancellationToken.None);
        lock (gate)
        {
            tasks.RemoveAll(done => done.IsCompleted);
            tasks.Add(task);
        }
    }

    /// <summary>Completes when all has come to rest.</summary>
    public async Task CancelAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        Task settled;
        lock (gate)
        {
            settled = Task.WhenAll(tasks);
        }

        await settled.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CancelAsync().ConfigureAwait(false);
        stopping.Dispose();
    }
}
