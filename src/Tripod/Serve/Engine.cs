using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Tls;
using Tripod.Pods;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.Serve;

/// <summary>Builds every object of the engine by hand, in the order of the flow, and runs it until it is told to stop.</summary>
internal static class Engine
{
    public static async Task<int> RunAsync(ServeOptions options, ParseResult parsed, CancellationToken cancel)
    {
        var clock = TimeProvider.System;
        var runtimeOptions = Options(options, parsed);
        using var held = EngineLock.Take(runtimeOptions.Run);
        EngineRecord.Write(runtimeOptions, parsed.GetRequiredValue(options.ListenKubernetes), Path.GetFullPath(parsed.GetRequiredValue(options.Kubeconfig)));
        using var logs = LoggerFactory.Create(builder => builder.AddProvider(new StderrLoggerProvider()).SetMinimumLevel(LogLevel.Information));
        var log = logs.CreateLogger("tripod");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));

        // 1. The runtime: finds what already runs.
        await using var runtime = await ContainerRuntime.OpenAsync(runtimeOptions, clock, stop.Token).ConfigureAwait(false);

        // 2. The store, and the authority that the API is served with.
        using var store = ObjectStore.Open(Path.Combine(runtimeOptions.Root, "store.db"));
        var authority = Authority.Open(Path.Combine(runtimeOptions.Root, "pki"), clock);
        var nodeName = parsed.GetRequiredValue(options.NodeName);
        var listen = IPEndPoint.Parse(parsed.GetRequiredValue(options.ListenKubernetes));
        using var certificate = authority.Server(
            ["127.0.0.1", "localhost", listen.Address.ToString(), runtime.Gateway, nodeName, "kubernetes", "kubernetes.default", "kubernetes.default.svc"]);

        // 3. The pod engine: workers for every pod.
        var podOptions = new PodEngineOptions
        {
            NodeName = nodeName,
            Root = runtimeOptions.Root,
            Run = runtimeOptions.Run,
            NodeIp = NodeAddress.Find(runtime.Gateway),
            CaCertificate = authority.Pem,
        };
        await using (var pods = new PodEngine(store, runtime, podOptions, clock, log))
        {
            await pods.StartAsync(stop.Token).ConfigureAwait(false);

            // 4. The doors, last: whoever is let in finds everything ready.
            var kubernetes = KubernetesDoor.Create(
                new() { Listen = listen, Authority = authority, Certificate = certificate, TokenFile = parsed.GetValue(options.TokenFile), KubernetesVersion = podOptions.KubernetesVersion },
                new DoorParts(store, pods, runtime, clock, log));
            await using (kubernetes.ConfigureAwait(false))
            {
                Kubeconfig.Write(parsed.GetRequiredValue(options.Kubeconfig), string.Create(CultureInfo.InvariantCulture, $"https://{listen}"), authority.Pem, authority.Client("admin", "kubernetes-admin", "system:masters"));
                await kubernetes.StartAsync(stop.Token).ConfigureAwait(false);
                LogMessages.Ready(log, listen.ToString());
                await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                using var time = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                await kubernetes.StopAsync(time.Token).ConfigureAwait(false);
            }
        }

        var down = File.Exists(DownRequest.PathIn(runtimeOptions.Run));
        if (down)
        {
            await runtime.ShutdownAsync(CancellationToken.None).ConfigureAwait(false);
            File.Delete(DownRequest.PathIn(runtimeOptions.Run));
        }

        LogMessages.Stopped(log, down ? "all pods are stopped" : "containers go on");
        return 0;
    }

    public static RuntimeOptions Options(ServeOptions options, ParseResult parsed) => EngineConfig.Apply(parsed.GetRequiredValue(options.Config), new RuntimeOptions
    {
        Root = Path.GetFullPath(parsed.GetRequiredValue(options.Root)),
        Run = Path.GetFullPath(parsed.GetRequiredValue(options.Run)),
        Name = parsed.GetRequiredValue(options.Name),
        PodCidr = parsed.GetRequiredValue(options.PodCidr),
    });

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
