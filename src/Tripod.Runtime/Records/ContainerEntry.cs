using System.Collections.Concurrent;

namespace Tripod.Runtime.Records;

/// <summary>One container in memory: its record, whose turn it is to change it, and who waits for its end.</summary>
internal sealed class ContainerEntry(ContainerRecord record)
{
    private readonly SemaphoreSlim turn = new(1);
    private volatile ContainerRecord record = record;
    private volatile bool isRemoved;

    /// <summary>Swapped whole; changed through <see cref="ContainerTable.Change"/> alone.</summary>
    public ContainerRecord Record
    {
        get => record;
        set => record = value;
    }

    /// <summary>Whoever got its turn only after the container's removal must see it here.</summary>
    public bool IsRemoved
    {
        get => isRemoved;
        set => isRemoved = value;
    }

    /// <summary>Guards the step from one record to the next.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Completes when the present run has ended and its end is written down. Made anew with each start.</summary>
    public TaskCompletionSource Ended { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when conmon has written the exit file of the present run.</summary>
    public TaskCompletionSource ExitFile { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The namespaces that the bundle was written with; null where this engine has not written it since the last start.</summary>
    public IReadOnlyList<(string Type, string? Path)>? Prepared { get; set; }

    /// <summary>The user that the bundle was written with.</summary>
    public Containers.ContainerUser? User { get; set; }

    /// <summary>The stop that is under way, if any.</summary>
    public Stopping Stopping { get; } = new();

    /// <summary>Whoever wants the streams of the next start from their first byte: called with null when the container is there and has not begun, with the failure where it will not be.</summary>
    public ConcurrentQueue<Func<Exception?, Task>> WaitingToAttach { get; } = new();

    public async Task AttachWaitingAsync(Exception? failure)
    {
        while (WaitingToAttach.TryDequeue(out var attach))
        {
            await attach(failure).ConfigureAwait(false);
        }
    }

    /// <summary>One verb at a time changes a container.</summary>
    public async Task<IDisposable> TakeTurn(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        return new Turn(turn);
    }

    /// <summary>The maker's turn, before anyone else knows the entry.</summary>
    public IDisposable TakeFirstTurn() =>
        turn.Wait(0) ? new Turn(turn) : throw new InvalidOperationException("an entry's first turn is its maker's");

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
