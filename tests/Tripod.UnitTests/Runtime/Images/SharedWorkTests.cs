using Tripod.Runtime.Images;
using Xunit;

namespace Tripod.UnitTests.Runtime.Images;

public sealed class SharedWorkTests
{
    private readonly SharedWork<int> shared = new();
    private readonly TaskCompletionSource<int> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int started;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_of_one_key_is_done_once()
    {
        var (first, second) = (Ask("a", Cancel), Ask("a", Cancel));
        result.SetResult(7);

        Assert.Equal((7, 7), (await first, await second));
        Assert.Equal(1, started);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_work_to_the_others()
    {
        using var impatient = new CancellationTokenSource();
        var (first, second) = (Ask("a", impatient.Token), Ask("a", Cancel));

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        result.SetResult(7);

        Assert.Equal(7, await second);
    }

    [Fact]
    public async Task When_the_last_gives_up_the_work_is_cancelled_and_the_next_starts_anew()
    {
        using var impatient = new CancellationTokenSource();
        var first = Ask("a", impatient.Token);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = Ask("a", Cancel);
        result.SetResult(7);

        Assert.Equal(7, await second);
        Assert.True(started is 1 or 2); // one only where the first was cancelled before it began
    }

    [Fact]
    public async Task A_failure_reaches_all_and_is_not_kept()
    {
        var (first, second) = (Ask("a", Cancel), Ask("a", Cancel));
        result.SetException(new IOException("cut"));

        await Assert.ThrowsAsync<IOException>(() => first);
        await Assert.ThrowsAsync<IOException>(() => second);
        Assert.Equal(1, await shared.Run("a", (_, _) => Task.FromResult(1), null, Cancel));
    }

    [Fact]
    public async Task Who_comes_late_hears_where_every_layer_stands()
    {
        var reported = new TaskCompletionSource();
        var first = shared.Run("a", async (progress, _) =>
        {
            progress.Report(new("l1", "Downloading", 1, 9));
            progress.Report(new("l1", "Downloading", 5, 9));
            reported.SetResult();
            return await result.Task;
        }, null, Cancel);
        await reported.Task;
        var heard = new List<PullProgress>();

        var second = shared.Run("a", (_, _) => Task.FromResult(0), new Listener(heard), Cancel);
        result.SetResult(7);
        await Task.WhenAll(first, second);

        Assert.Equal([new PullProgress("l1", "Downloading", 5, 9)], heard);
    }

    private Task<int> Ask(string key, CancellationToken cancel) => shared.Run(key, async (_, stop) =>
    {
        Interlocked.Increment(ref started);
        return await result.Task.WaitAsync(stop);
    }, null, cancel);

    private sealed class Listener(List<PullProgress> heard) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => heard.Add(value);
    }
}
