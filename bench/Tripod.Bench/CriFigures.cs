using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Grpc.Net.Client;
using Tripod.Bench.Contenders;
using Tripod.FrontDoors.Cri.Protocol;

namespace Tripod.Bench;

/// <summary>The calls that a kubelet makes for each pod, and the list that it makes all the time.</summary>
internal static class CriFigures
{
    private const int AtOnce = 10, Listed = 500, PerSandbox = 50;

    public static async Task Run(TripodContender tripod, int rounds)
    {
        using var channel = GrpcChannel.ForAddress("http://localhost", new() { HttpHandler = Handler(tripod.CriSocket), MaxReceiveMessageSize = 16 * 1024 * 1024 });
        var runtime = new RuntimeService.RuntimeServiceClient(channel);
        var (run, start, stop, remove) = (new Figures(), new Figures(), new Figures(), new Figures());
        for (var round = -2; round < rounds; round++)
        {
            var pod = Pod($"one{round}");
            var clock = Stopwatch.StartNew();
            var sandbox = (await runtime.RunPodSandboxAsync(new() { Config = pod })).PodSandboxId;
            var ran = clock.Elapsed;
            clock.Restart();
            await Start(runtime, sandbox, pod, "main");
            var started = clock.Elapsed;
            clock.Restart();
            await runtime.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
            var stopped = clock.Elapsed;
            clock.Restart();
            await runtime.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
            if (round >= 0)
            {
                run.Add(ran);
                start.Add(started);
                stop.Add(stopped);
                remove.Add(clock.Elapsed);
            }
        }

        Print($"CRI: RunPodSandbox {run}; CreateContainer + StartContainer {start}; StopPodSandbox with it {stop}; RemovePodSandbox {remove}");
        await Together(runtime);
        await List(runtime, rounds);
    }

    private static async Task Together(RuntimeService.RuntimeServiceClient runtime)
    {
        var clock = Stopwatch.StartNew();
        var row = new List<string>();
        for (var i = 0; i < AtOnce; i++)
        {
            row.Add((await runtime.RunPodSandboxAsync(new() { Config = Pod($"row{i}") })).PodSandboxId);
        }

        var inRow = clock.Elapsed;
        clock.Restart();
        var together = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async i => (await runtime.RunPodSandboxAsync(new() { Config = Pod($"together{i}") })).PodSandboxId));
        var atOnce = clock.Elapsed;
        await Task.WhenAll(row.Concat(together).Select(id => Remove(runtime, id)));
        Print($"CRI: {AtOnce} RunPodSandbox in a row {inRow.TotalMilliseconds:0} ms, at once {atOnce.TotalMilliseconds:0} ms");
    }

    /// <summary>Containers that were made and not started: a list asks the same of them.</summary>
    private static async Task List(RuntimeService.RuntimeServiceClient runtime, int rounds)
    {
        var sandboxes = new List<string>();
        for (var i = 0; i < Listed / PerSandbox; i++)
        {
            var pod = Pod($"list{i}");
            var sandbox = (await runtime.RunPodSandboxAsync(new() { Config = pod })).PodSandboxId;
            sandboxes.Add(sandbox);
            for (var number = 0; number < PerSandbox; number++)
            {
                await runtime.CreateContainerAsync(new() { PodSandboxId = sandbox, SandboxConfig = pod, Config = Container(string.Create(CultureInfo.InvariantCulture, $"c{number}")) });
            }
        }

        var list = await Measurements.Repeat(Math.Max(rounds, 10), async () =>
        {
            var found = (await runtime.ListContainersAsync(new())).Containers.Count;
            Debug.Assert(found >= Listed, "all of them are listed");
        });
        Print($"CRI: ListContainers of {Listed}: {list}");
        await Task.WhenAll(sandboxes.Select(id => Remove(runtime, id)));
    }

    private static async Task Start(RuntimeService.RuntimeServiceClient runtime, string sandbox, PodSandboxConfig pod, string name)
    {
        var id = (await runtime.CreateContainerAsync(new() { PodSandboxId = sandbox, SandboxConfig = pod, Config = Container(name) })).ContainerId;
        await runtime.StartContainerAsync(new() { ContainerId = id });
    }

    private static async Task Remove(RuntimeService.RuntimeServiceClient runtime, string sandbox)
    {
        await runtime.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
        await runtime.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
    }

    private static PodSandboxConfig Pod(string name) => new()
    {
        Metadata = new() { Name = name, Uid = $"bench-{name}", Namespace = "bench" },
        Hostname = name,
        Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Pid = NamespaceMode.Container } } },
    };

    private static ContainerConfig Container(string name) => new()
    {
        Metadata = new() { Name = name },
        Image = new() { Image = PodManifest.Image },
        Command = { "sleep", "1000" },
        Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Pid = NamespaceMode.Container } } },
    };

    private static SocketsHttpHandler Handler(string socket) => new()
    {
        ConnectCallback = async (_, cancel) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            return new NetworkStream(connection, ownsSocket: true);
        },
    };

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
