using System.Diagnostics;
using System.Globalization;
using Tripod.Bench.Contenders;

namespace Tripod.Bench;

/// <summary>Many stored objects and many who watch them: how long a list takes, how soon a change is with all of them, what the engine holds.</summary>
internal static class Scale
{
    private const int Pods = 5_000, Watchers = 500, Namespaces = 10, Changes = 50;

    public static async Task Run(TripodContender tripod, int rounds)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Namespaces; i++)
        {
            await tripod.Post("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Space(i)}}}"}}""");
        }

        await Parallel.ForAsync(0, Pods, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => await tripod.Post($"/api/v1/namespaces/{Space(i)}/pods", Stored(i)));
        Print($"{Pods} pods stored in {clock.Elapsed.TotalSeconds:0.0} s; engine {Memory(tripod)}");
        foreach (var (what, accept) in ((string, string)[])
        [
            ("list as JSON", "application/json"), ("list as protobuf", "application/vnd.kubernetes.protobuf"),
            ("list as a table", "application/json;as=Table;v=v1;g=meta.k8s.io"), ("list with a label selector", "application/json"),
        ])
        {
            var path = what.EndsWith("selector", StringComparison.Ordinal) ? "/api/v1/pods?labelSelector=odd%3D1" : "/api/v1/pods";
            await tripod.Get(path, accept);
            Print($"{what} of {Pods} pods: {await Measurements.Repeat(rounds, () => tripod.Get(path, accept))}");
        }

        await Watch(tripod);
    }

    private static async Task Watch(TripodContender tripod)
    {
        using var stop = new CancellationTokenSource();
        var arrived = new Arrivals(Watchers);
        var open = new CountdownEvent(Watchers);
        var watching = Enumerable.Range(0, Watchers).Select(_ => Task.Run(() => Follow(tripod, arrived, open, stop.Token))).ToList();
        await Task.Run(() => open.Wait(TimeSpan.FromSeconds(60)));
        var all = new Figures();
        for (var i = 0; i < Changes; i++)
        {
            var clock = Stopwatch.StartNew();
            var told = arrived.Expect();
            await tripod.Patch($"/api/v1/namespaces/{Space(i)}/pods/pod{i}", "{\"metadata\":{\"labels\":{\"round\":\"r" + i + "\"}}}");
            await told.WaitAsync(TimeSpan.FromSeconds(30));
            all.Add(clock.Elapsed);
        }

        var busy = Memory(tripod);
        await Task.Delay(TimeSpan.FromSeconds(8));

        Print($"a change, from the request until the last of {Watchers} watchers has it: {all}");
        Print($"engine with {Pods} pods and {Watchers} watchers: {busy}, at rest {Memory(tripod)}");
        await stop.CancelAsync();
        await Task.WhenAll(watching);
    }

    /// <summary>Each on a connection of its own, as so many programs would be.</summary>
    private static async Task Follow(TripodContender tripod, Arrivals arrived, CountdownEvent open, CancellationToken cancel)
    {
        using var client = tripod.NewClient();
        try
        {
            await using var events = await client.GetStreamAsync(new Uri("/api/v1/pods?watch=true&resourceVersion=" + await tripod.Revision(), UriKind.Relative), cancel);
            open.Signal();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var count = await events.ReadAsync(buffer, cancel);
                if (count == 0)
                {
                    return;
                }

                // Each event is one line.
                arrived.Add(buffer.AsSpan(0, count).Count((byte)'\n'));
            }
        }
        catch (OperationCanceledException)
        {
            // Done.
        }
    }

    /// <summary>Nothing runs it: it waits for a gate that nobody opens.</summary>
    private static string Stored(int i) => $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod{{{i}}}","labels":{"app":"stored","odd":"{{{i % 2}}}"}},"spec":{"schedulingGates":[{"name":"example.com/never"}],
        "containers":[{"name":"main","image":"{{{PodManifest.Image}}}","env":[{"name":"A","value":"1"}],"ports":[{"containerPort":80}],
        "resources":{"requests":{"cpu":"10m","memory":"16Mi"} } }]} }
        """;

    private static string Space(int i) => string.Create(CultureInfo.InvariantCulture, $"scale{i % Namespaces}");

    private static string Memory(TripodContender tripod) => string.Create(CultureInfo.InvariantCulture, $"{Processes.Pss(tripod.EnginePid) / 1024.0:0} MiB PSS");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Counts until everyone has been told.</summary>
    private sealed class Arrivals(int all)
    {
        private readonly Lock gate = new();
        private int missing;
        private TaskCompletionSource told = new();

        public Task Expect()
        {
            lock (gate)
            {
                missing = all;
                told = new(TaskCreationOptions.RunContinuationsAsynchronously);
                return told.Task;
            }
        }

        public void Add(int count)
        {
            lock (gate)
            {
                missing -= count;
                if (missing == 0)
                {
                    told.TrySetResult();
                }
            }
        }
    }
}
