namespace Tripod.Runtime.Cgroups;

/// <summary>
/// Makes the moves of processes into new cgroups quick that the OCI runtime is about to do. Called by whoever is about to
/// start containers.
/// </summary>
/// <remarks>
/// The first move in a while waits for an RCU grace period, about 10 ms, before the kernel lets a process change its cgroup
/// (cgroup_threadgroup_rwsem in kernel/cgroup/cgroup.c); those that follow within a few milliseconds wait for nothing. So the
/// engine moves itself to where it is already, which changes nothing, while there are other things to do.
/// </remarks>
internal sealed class CgroupMoves(CgroupTree tree)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(3);

    private readonly Lock gate = new();
    private readonly string? own = tree.OwnProcesses();
    private int expected;
    private bool isRunning;

    /// <summary>Moves are expected until it is disposed of.</summary>
    public IDisposable Expect()
    {
        lock (gate)
        {
            expected++;
            if (!isRunning && own is not null)
            {
                isRunning = true;
                _ = Task.Run(RunAsync);
            }
        }

        return new Expectation(this);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await File.WriteAllTextAsync(own!, "0").ConfigureAwait(false);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Then the moves take their time.
            }

            await Task.Delay(Between).ConfigureAwait(false);
            lock (gate)
            {
                if (expected == 0)
                {
                    isRunning = false;
                    return;
                }
            }
        }
    }

    private void End()
    {
        lock (gate)
        {
            expected--;
        }
    }

    private sealed class Expectation(CgroupMoves moves) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                moves.End();
            }
        }
    }
}
