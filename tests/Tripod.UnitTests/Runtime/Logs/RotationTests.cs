using Tripod.Runtime.Logs.Rotation;
using Xunit;

namespace Tripod.UnitTests.Runtime.Logs;

public sealed class RotationTests : IDisposable
{
    private readonly LogDirectory log = new();

    public void Dispose() => log.Dispose();

    [Theory]
    [InlineData(500, 500, 10, 10)] // stands still
    [InlineData(200, 100, 10, 10)] // full in 80 s
    [InlineData(600, 500, 1, 4)] // full in 4 s
    [InlineData(990, 0, 1, 0.2)] // full at once
    public void Log_is_looked_at_again_before_it_is_full(long size, long before, double since, double expected) =>
        Assert.Equal(expected, RotationPace.NextLook(size, before, TimeSpan.FromSeconds(since), limit: 1000).TotalSeconds);

    [Fact]
    public async Task Nothing_is_lost_until_there_are_too_many_files()
    {
        var rotate = new RotateLog(TimeProvider.System);
        var reopened = 0;
        Task Reopen()
        {
            reopened++;
            log.Reopen();
            return Task.CompletedTask;
        }

        foreach (var text in (string[])["one", "two", "three", "four"])
        {
            log.Write(text);
            await rotate.RunAsync(log.Path, 4, Reopen, CancellationToken.None);
        }

        log.Write("five");
        Assert.Equal(4, reopened);
        Assert.Equal(["two", "three", "four", "five"], await log.Read());
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(log.Path)!, "*.gz").Length);
    }

    [Fact]
    public async Task What_an_engine_left_half_done_is_completed_by_the_next()
    {
        log.Write("before");
        log.Rename("20261123-120000");
        await File.WriteAllTextAsync($"{log.Path}.20261123-110000.gz.tmp", "half");
        await new RotateLog(TimeProvider.System).RunAsync(
            log.Path,
            2,
            () =>
            {
                log.Reopen();
                return Task.CompletedTask;
            },
            CancellationToken.None);
        log.Write("after");
        Assert.Equal(["before", "after"], await log.Read());
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(log.Path)!, "*.tmp"));
    }
}
