using System.Diagnostics;
using System.Globalization;
using Tripod.Bench.Contenders;

namespace Tripod.Bench;

/// <summary>What is done with each contender, in the same way with all.</summary>
internal static class Measurements
{
    /// <summary>One pod at a time: from the request to the first HTTP 200, and from the delete to the closed port.</summary>
    public static async Task<(Figures Start, Figures Delete)> OneByOne(IContender contender, int rounds)
    {
        var (started, deleted) = (new Figures(), new Figures());
        for (var round = -2; round < rounds; round++)
        {
            var (pod, port) = ($"one{round + 2}", Ports.Free());
            var clock = Stopwatch.StartNew();
            await contender.Start(pod, port);
            await Ports.UntilAnswers(port);
            var start = clock.Elapsed;
            clock.Restart();
            await contender.Delete(pod);
            await Ports.UntilClosed(port);

            // The first two warm up what is measured: files in the page cache, code that is compiled.
            if (round >= 0)
            {
                started.Add(start);
                deleted.Add(clock.Elapsed);
            }
        }

        return (started, deleted);
    }

    /// <summary>Until the last of them answers; and the memory that each adds beside its own processes, in KiB.</summary>
    public static async Task<(Figures Start, long OverheadPerPod)> AtOnce(IContender contender, int count, int? engine)
    {
        var before = engine is { } pid ? Processes.Pss(pid) : 0;
        var ports = Ports.Free(count);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(ports.Select(async (port, index) =>
        {
            await contender.Start(string.Create(CultureInfo.InvariantCulture, $"many{index}"), port);
            await Ports.UntilAnswers(port);
        }));
        var all = new Figures();
        all.Add(clock.Elapsed);
        var engines = engine is { } same ? Processes.Pss(same) - before : 0;
        var overhead = (contender.Overhead().Sum(Processes.Pss) + Math.Max(0, engines)) / count;
        await Task.WhenAll(Enumerable.Range(0, count).Select(index => contender.Delete(string.Create(CultureInfo.InvariantCulture, $"many{index}"))));
        return (all, overhead);
    }

    public static async Task<Figures> Repeat(int rounds, Func<Task> action)
    {
        var figures = new Figures();
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await action();
            figures.Add(clock.Elapsed);
        }

        return figures;
    }
}
