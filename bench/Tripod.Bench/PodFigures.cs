using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tripod.Bench.Contenders;

namespace Tripod.Bench;

/// <summary>How soon what happens to a pod stands in the API, and what many probes cost.</summary>
internal static class PodFigures
{
    private const int ProbedPods = 50, PerPod = 5;

    private static readonly TimeSpan Counted = TimeSpan.FromSeconds(20);

    public static async Task Run(TripodContender tripod, int rounds)
    {
        await Ends(tripod, rounds);
        await Turns(tripod, rounds);
        await Probes(tripod);
    }

    /// <summary>From the kill of a container's process to the watch event that shows its exit code.</summary>
    private static async Task Ends(TripodContender tripod, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            await tripod.Post("/api/v1/namespaces/default/pods", Pod($"end{i}", "", $$"""{"name":"main",{{Common}},"command":["sleep","{{Seconds(i)}}"]}"""));
        }

        await tripod.UntilReady();
        var figures = new Figures();
        await using var watch = await PodWatch.Open(tripod);
        for (var i = 0; i < rounds; i++)
        {
            using var process = Process.GetProcessById(Processes.All().Single(process => process.CommandLine.StartsWith($"sleep {Seconds(i)} ", StringComparison.Ordinal)).Pid);
            var clock = Stopwatch.StartNew();
            process.Kill();
            await watch.Until($"end{i}", status => status.TryGetProperty("state", out var state) && state.TryGetProperty("terminated", out _));
            figures.Add(clock.Elapsed);
        }

        Print($"a container's end, from the kill to the watch: {figures}");
        await tripod.DeleteAll();
    }

    /// <summary>From the answer that a probe got to the watch event that shows what follows from it.</summary>
    private static async Task Turns(TripodContender tripod, int rounds)
    {
        using var server = new TurningServer();
        await tripod.Post("/api/v1/namespaces/default/pods", Pod("turns", "\"hostNetwork\":true,", $$$"""
            {"name":"main",{{{Common}}},"command":["sleep","100000"],"readinessProbe":{"httpGet":{"host":"127.0.0.1","port":{{{server.Port}}}},"periodSeconds":1,"failureThreshold":1}}
            """));
        await tripod.UntilReady();
        var figures = new Figures();
        await using var watch = await PodWatch.Open(tripod);
        for (var i = 0; i < rounds; i++)
        {
            var good = i % 2 == 1;
            var answered = server.Turn(good);
            await watch.Until("turns", status => status.GetProperty("ready").GetBoolean() == good);
            figures.Add(Stopwatch.GetElapsedTime(await answered));
        }

        Print($"a probe's change, from its answer to the watch: {figures}");
        await tripod.DeleteAll();
    }

    /// <summary>The engine's processor time while that many probes are made each second.</summary>
    private static async Task Probes(TripodContender tripod)
    {
        await Parallel.ForAsync(0, ProbedPods, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            var containers = Enumerable.Range(0, PerPod).Select(number => $$$"""
                {"name":"c{{{number}}}",{{{Common}}},"command":["httpd","-f","-p","808{{{number}}}","-h","/"],
                 "readinessProbe":{"httpGet":{"path":"/marker","port":808{{{number}}}},"periodSeconds":1},"livenessProbe":{"tcpSocket":{"port":808{{{number}}}},"periodSeconds":1,"failureThreshold":60}}
                """);
            await tripod.Post("/api/v1/namespaces/default/pods", Pod($"probed{i}", "", string.Join(',', containers)));
        });
        await tripod.UntilReady();
        await Task.Delay(TimeSpan.FromSeconds(5)); // what their start cost is over
        var before = Processes.CpuTime(tripod.EnginePid);
        await Task.Delay(Counted);
        var share = (Processes.CpuTime(tripod.EnginePid) - before) / Counted;
        Print($"{ProbedPods * PerPod} httpGet and {ProbedPods * PerPod} tcpSocket probes at a period of 1 s: {share * 100:0.0} % of a core; engine {Processes.Pss(tripod.EnginePid) / 1024.0:0} MiB PSS");
        await tripod.DeleteAll();
    }

    private static string Common => $"\"image\":\"{PodManifest.Image}\",\"imagePullPolicy\":\"Never\"";

    private static string Pod(string name, string more, string containers) => $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{{{{more}}}"restartPolicy":"Never","terminationGracePeriodSeconds":0,"containers":[{{{containers}}}]}}
        """;

    /// <summary>By which a container's process is found.</summary>
    private static string Seconds(int i) => string.Create(CultureInfo.InvariantCulture, $"70{i:000}");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>The API's word of pods as it comes.</summary>
    private sealed class PodWatch(HttpClient client, StreamReader lines) : IAsyncDisposable
    {
        public static async Task<PodWatch> Open(TripodContender tripod)
        {
            var client = tripod.NewClient();
            var stream = await client.GetStreamAsync(new Uri("/api/v1/namespaces/default/pods?watch=true&resourceVersion=" + await tripod.Revision(), UriKind.Relative));
            return new(client, new StreamReader(stream, Encoding.UTF8));
        }

        /// <summary>Until the pod's first container stands so.</summary>
        public async Task Until(string pod, Func<JsonElement, bool> stands)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await lines.ReadLineAsync(patience.Token) is { } line)
            {
                using var document = JsonDocument.Parse(line);
                var found = document.RootElement.GetProperty("object");
                if (found.GetProperty("metadata").GetProperty("name").GetString() == pod
                    && found.GetProperty("status").TryGetProperty("containerStatuses", out var statuses) && stands(statuses[0]))
                {
                    return;
                }
            }

            throw new InvalidOperationException("the watch has ended");
        }

        public ValueTask DisposeAsync()
        {
            lines.Dispose();
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
