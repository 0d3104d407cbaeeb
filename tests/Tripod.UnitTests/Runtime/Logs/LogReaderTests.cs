using System.Globalization;
using System.Text;
using Tripod.Runtime;
using Tripod.Runtime.Logs;
using Xunit;

namespace Tripod.UnitTests.Runtime.Logs;

public sealed class LogReaderTests : IDisposable
{
    private readonly LogDirectory log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task Rotated_and_compressed_files_come_before_the_current_one()
    {
        log.Write("one", "two");
        LogDirectory.Compress(log.Rotate("20261123-120000"));
        log.Write("three");
        log.Rotate("20261123-130000");
        log.Write("four");
        await File.WriteAllTextAsync($"{log.Path}.20261123-125959.tmp", LogDirectory.Line(0, "unfinished"));
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(log.Path)!, "1.log"), LogDirectory.Line(0, "of another run"));
        Assert.Equal(["one", "two", "three", "four"], await log.Read());
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "f")]
    [InlineData(2, "e f")]
    [InlineData(3, "d e f")]
    [InlineData(4, "c d e f")]
    [InlineData(5, "b c d e f")]
    [InlineData(9, "a b c d e f")]
    public async Task Tail_reaches_back_over_rotated_files(int lines, string expected)
    {
        log.Write("a", "b");
        LogDirectory.Compress(log.Rotate("20261123-120000"));
        log.Write("c", "d");
        log.Rotate("20261123-130000");
        log.Write("e", "f");
        Assert.Equal(expected, string.Join(' ', await log.Read(new() { TailLines = lines })));
    }

    [Fact]
    public async Task Tail_of_a_large_file_is_exact_wherever_blocks_are_cut()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 5000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i} {new string('x', random.Next(300))}")).ToArray();
        log.Write(texts);
        foreach (var lines in (int[])[1, 2, 400, 401, 402, 403, 1999, 4999, 5000])
        {
            Assert.Equal(texts[^lines..], await log.Read(new() { TailLines = lines }));
        }
    }

    [Fact]
    public async Task Tail_counts_a_line_in_parts_once()
    {
        log.Raw(LogDirectory.Line(0, "first") + LogDirectory.Line(1, "lo", tag: "P") + LogDirectory.Line(1, "ng", tag: "P") + LogDirectory.Line(1, "er") + LogDirectory.Line(2, "last"));
        Assert.Equal(["lo", "ng", "er", "last"], await log.Read(new() { TailLines = 2 }));
        log.Raw(LogDirectory.Line(3, "prompt", tag: "P"));
        Assert.Equal(["last", "prompt"], await log.Read(new() { TailLines = 2 }));
        LogDirectory.Compress(log.Rotate("20261123-120000"));
        log.Write("new");
        Assert.Equal(["last", "prompt", "new"], await log.Read(new() { TailLines = 2 }));
    }

    [Fact]
    public async Task Since_until_and_stream_choose_entries()
    {
        log.Write("0", "1");
        log.Rotate("20261123-120000");
        log.Write("2", "3");
        log.Raw(LogDirectory.Line(4, "bad", "stderr"));
        Assert.Equal(["2", "3", "bad"], await log.Read(new() { Since = LogDirectory.Time(2) }));
        Assert.Equal(["0", "1", "2"], await log.Read(new() { Until = LogDirectory.Time(3) }));
        Assert.Equal(["bad"], await log.Read(new() { Streams = LogStreams.Stderr }));
        Assert.Equal(["3"], await log.Read(new() { Streams = LogStreams.Stdout, TailLines = 1 }));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "ab")]
    [InlineData(3, "abc")]
    [InlineData(4, "abc")]
    [InlineData(6, "abc|de")]
    [InlineData(100, "abc|def")]
    public async Task Limit_counts_text_and_line_feeds(int bytes, string expected)
    {
        log.Write("abc", "def");
        Assert.Equal(expected, string.Join('|', await log.Read(new() { LimitBytes = bytes })));
    }

    [Fact]
    public async Task What_is_no_log_line_is_passed_over()
    {
        log.Raw("\n\0\0\0\n2026-13-45T99:00:00Z stdout F x\nplain\n2026-11-23T12:00:00Z stdlog F x\n2026-11-23T12:00:00Z stdout Q x\n2026-11-23T12:00:00+99:99 stdout F x\n");
        log.Raw($"{new string('y', 3_000_000)}\n");
        log.Write("good");
        log.Raw("2026-11-23T12:00:09Z stdout F\n");
        log.Raw("2026-11-23T12:00:09.5-01:30 stderr P:more cut by the en");
        Assert.Equal(["good", "", "cut by the en"], await log.Read());
    }

    [Fact]
    public async Task Time_is_kept_to_the_hundredth_of_a_microsecond_with_its_offset()
    {
        log.Raw("2026-11-23T12:00:09.123456789+01:00 stderr P text\n");
        await foreach (var entry in LogReader.Read(log.Path, new(), Task.CompletedTask, CancellationToken.None))
        {
            Assert.Equal("2026-11-23T12:00:09.1234567+01:00", entry.Time.ToString("O", CultureInfo.InvariantCulture));
            Assert.True(entry is { Stderr: true, Partial: true });
        }
    }

    [Fact]
    public async Task Log_that_is_not_there_is_empty_and_its_missing_directory_an_error()
    {
        Assert.Empty(await log.Read());
        Assert.Throws<RuntimeException>(() => LogReader.Read("/nonexistent/dir/0.log", new(), Task.CompletedTask, CancellationToken.None));
    }

    [Fact]
    public async Task Following_waits_for_the_file_and_ends_with_the_container()
    {
        var ended = new TaskCompletionSource();
        await using var reader = LogReader.Read(log.Path, new() { Follow = true }, ended.Task, CancellationToken.None).GetAsyncEnumerator();
        var first = reader.MoveNextAsync();
        Assert.False(first.IsCompleted);
        log.Write("one");
        Assert.True(await first);
        var second = reader.MoveNextAsync();
        var line = LogDirectory.Line(1, "two");
        log.Raw(line[..30]);
        Assert.False(second.IsCompleted);
        log.Raw(line[30..]);
        Assert.True(await second);
        Assert.Equal("two", Encoding.UTF8.GetString(reader.Current.Text.Span));
        log.Write("three");
        ended.SetResult();
        Assert.True(await reader.MoveNextAsync());
        Assert.False(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task Following_reads_what_is_written_between_renaming_and_reopening()
    {
        var ended = new TaskCompletionSource();
        await using var reader = LogReader.Read(log.Path, new() { Follow = true }, ended.Task, CancellationToken.None).GetAsyncEnumerator();
        log.Write("before");
        Assert.Equal("before", await Next(reader));
        log.Rename("20261123-120000");
        log.Write("between");
        Assert.Equal("between", await Next(reader));
        var next = Next(reader);
        log.Write("late");
        log.Reopen();
        log.Write("after");
        Assert.Equal("late", await next);
        Assert.Equal("after", await Next(reader));
    }

    [Fact]
    public async Task Following_can_be_cancelled_and_stops_at_until()
    {
        log.Write("one");
        using var cancel = new CancellationTokenSource();
        await using var reader = LogReader.Read(log.Path, new() { Follow = true }, Task.Delay(-1, cancel.Token), cancel.Token).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        var next = reader.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);

        var until = DateTimeOffset.UtcNow.AddMilliseconds(100);
        Assert.All(await log.Read(new() { Follow = true, Until = until }, new TaskCompletionSource().Task).WaitAsync(TimeSpan.FromSeconds(10)), text => Assert.Equal("one", text));
    }

    [Fact]
    public async Task No_line_is_lost_at_speed_over_rotations_and_compression()
    {
        const int Lines = 300_000, PerFile = 40_000, PerWrite = 50;
        var ended = new TaskCompletionSource();
        var reading = Task.Run(async () =>
        {
            var expected = 0;
            await foreach (var entry in LogReader.Read(log.Path, new() { Follow = true }, ended.Task, CancellationToken.None))
            {
                Assert.Equal(expected++, int.Parse(entry.Text.Span, CultureInfo.InvariantCulture));
            }

            return expected;
        });

        string? older = null;
        for (var line = 0; line < Lines; line += PerWrite)
        {
            if (line > 0 && line % PerFile == 0)
            {
                var renamed = log.Rename(string.Create(CultureInfo.InvariantCulture, $"20261123-{line:000000}"));
                log.Raw(string.Concat(Enumerable.Range(line, PerWrite).Select(i => LogDirectory.Line(0, i.ToString(CultureInfo.InvariantCulture)))));
                line += PerWrite;
                log.Reopen();
                if (older is not null)
                {
                    LogDirectory.Compress(older);
                }

                older = renamed;
            }

            log.Raw(string.Concat(Enumerable.Range(line, PerWrite).Select(i => LogDirectory.Line(0, i.ToString(CultureInfo.InvariantCulture)))));
        }

        ended.SetResult();
        Assert.Equal(Lines, await reading.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Hundreds_of_readers_follow_at_once()
    {
        var ended = new TaskCompletionSource();
        var readers = Enumerable.Range(0, 300).Select(_ => log.Read(new() { Follow = true }, ended.Task)).ToArray();
        log.Write("one", "two");
        ended.SetResult();
        Assert.All(await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(30)), found => Assert.Equal(["one", "two"], found));
    }

    private static async Task<string> Next(IAsyncEnumerator<LogEntry> reader)
    {
        Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        return Encoding.UTF8.GetString(reader.Current.Text.Span);
    }
}
