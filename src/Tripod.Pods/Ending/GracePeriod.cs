namespace Tripod.Pods.Ending;

/// <summary>The time that what is being stopped has left; it can be cut short, never lengthened.</summary>
internal sealed class GracePeriod : IDisposable
{
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly CancellationTokenSource over = new();
    private readonly ITimer timer;
    private TaskCompletionSource shortened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset end;

    public GracePeriod(TimeSpan grace, TimeProvider clock)
    {
        this.clock = clock;
        end = clock.GetUtcNow() + grace;
        timer = clock.CreateTimer(_ => End(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm();
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Over => over.Token;

    public TimeSpan Left
    {
        get
        {
            lock (gate)
            {
                return end - clock.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Completes when the time is cut short the next time.</summary>
    public Task Shortened
    {
        get
        {
            lock (gate)
            {
                return shortened.Task;
            }
        }
    }

    public void Shorten(TimeSpan grace)
    {
        lock (gate)
        {
            var sooner = clock.GetUtcNow() + grace;
            if (sooner >= end)
            {
                return;
            }

            end = sooner;
            shortened.SetResult();
            shortened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Arm();
    }

    public void Dispose()
    {
        timer.Dispose();
        over.Dispose();
    }

    private void Arm()
    {
        if (Left is { Ticks: > 0 } left)
        {
            // A timer takes at most 49 days; it is armed again then.
            timer.Change(left < TimeSpan.FromDays(30) ? left : TimeSpan.FromDays(30), Timeout.InfiniteTimeSpan);
        }
        else
        {
            over.Cancel();
        }
    }

    private void End()
    {
        try
        {
            Arm();
        }
        catch (ObjectDisposedException)
        {
            // What it was for has ended.
        }
    }
}
