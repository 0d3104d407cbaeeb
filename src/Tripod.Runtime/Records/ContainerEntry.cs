namespace Tripod.Runtime.Records;

/// <summary>One container in memory: its record, whose turn it is to change it, and who waits for its end.</summary>
internal sealed class ContainerEntry(ContainerRecord record)
{
    private readonly SemaphoreSlim turn = new(1);
    private volatile ContainerRecord record = record;

    /// <summary>Swapped whole; changed through <see cref="ContainerTable.Change"/> alone.</summary>
    public ContainerRecord Record
    {
        get => record;
        set => record = value;
    }

    /// <summary>Completes when the present run has ended and its end is written down. Made anew with each start.</summary>
    public TaskCompletionSource Ended { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when conmon has written the exit file of the present run.</summary>
    public TaskCompletionSource ExitFile { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When the stop that is under way will kill; a later stop may bring it forward.</summary>
    public DateTimeOffset? KillAt { get; set; }

    /// <summary>Told when <see cref="KillAt"/> was brought forward.</summary>
    public SemaphoreSlim Sooner { get; } = new(0);

    /// <summary>One verb at a time changes a container.</summary>
    public async Task<IDisposable> TakeTurn(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private int over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref over, 1) == 0)
            {
                turn.Release();
            }
        }
    }
}
