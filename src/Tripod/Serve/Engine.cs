using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Tripod.FrontDoors.Cri;
using Tripod.FrontDoors.Docker;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Tls;
using Tripod.Pods;
using Tripod.Pods.Accounts;
using Tripod.Pods.Cluster;
using Tripod.Pods.Standalone;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.Serve;

/// <summary>Builds every object of the engine by hand, in the order of the flow, and runs it until it is told to stop.</summary>
internal static class Engine
{
    private const string UsualDockerSocket = "/run/docker.sock", UsualManifests = "/etc/tripod/manifests";

    public static async Task<int> RunAsync(ServeOptions options, ParseResult parsed, CancellationToken cancel)
    {
        var clock = TimeProvider.System;
        await using var notice = ServiceNotice.Open();
        var sockets = ActivatedSockets.Take();
        var runtimeOptions = Options(options, parsed);
        var eviction = EvictionConfig.Read(parsed.GetRequiredValue(options.Config));
        using var held = EngineLock.Take(runtimeOptions.Run, runtimeOptions.Root);
        var record = Record(options, parsed, runtimeOptions, sockets);
        record.Write(runtimeOptions.Run);
        using var logs = LoggerFactory.Create(builder => builder.AddProvider(new StderrLoggerProvider(StderrLoggerProvider.IsJournal())).SetMinimumLevel(LogLevel.Information));
        var log = logs.CreateLogger("tripod");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));

        // 1. The runtime: finds what already runs.
        await using var runtime = await ContainerRuntime.OpenAsync(runtimeOptions, clock, stop.Token, log).ConfigureAwait(false);

        // 2. The store, and the authority that the API is served with.
        using var store = ObjectStore.Open(Path.Combine(runtimeOptions.Root, "store.db"));
        var pki = Path.Combine(runtimeOptions.Root, "pki");
        var authority = CertificateAuthority.LoadOrCreate(pki, clock, log);
        var nodeName = parsed.GetRequiredValue(options.NodeName);
        var listen = KubernetesAddress(options, parsed, sockets);

        // 3. The pod engine: workers for every pod.
        var api = IPAddress.IsLoopback(listen.Address) || listen.Address.Equals(IPAddress.Any) ? runtime.OpenApiService(listen.Port) : null;
        using var tokenKey = TokenKey.LoadOrCreate(Path.Combine(pki, "sa.key"));
        var podOptions = new PodEngineOptions
        {
            NodeName = nodeName,
            Root = runtimeOptions.Root,
            Run = runtimeOptions.Run,
            NodeIps = NodeAddress.Find([runtime.Gateway, .. runtime.Gateway6 is { } gateway6 ? (string[])[gateway6] : []]),
            ApiAddress = api,
            CaCertificate = authority.CertificatePem,
            Eviction = eviction,
            StaticPodPath = Path.GetFullPath(parsed.GetValue(options.StaticPodPath) ?? EngineConfig.StaticPodPath(parsed.GetRequiredValue(options.Config)) ?? UsualManifests),
            ReadManifest = StaticManifest.Read,
            ContainerLogMaxSize = runtimeOptions.ContainerLogMaxSize,
            ContainerLogMaxFiles = runtimeOptions.ContainerLogMaxFiles,
            PodPidsLimit = runtimeOptions.PodPidsLimit,
            UserNamespaceIds = runtimeOptions.UserNamespaceIds,
            AllowedUnsafeSysctls = parsed.GetValue(options.AllowedUnsafeSysctls)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
        };
        using var tracing = Tracing.Start(parsed.GetValue(options.OtlpEndpoint), podOptions.Version, nodeName);
        await using (var pods = new PodEngine(store, runtime, podOptions, new(store, tokenKey, clock), clock, log))
        {
            await pods.StartAsync(stop.Token).ConfigureAwait(false);
            await using var lease = new NodeLease(store, nodeName, clock, log);
            lease.Start();

            await using var standalone = new StandaloneEngine(runtime, clock, log);
            await standalone.StartAsync(stop.Token).ConfigureAwait(false);

            // 4. The doors, last: whoever is let in finds everything ready.
            var door = new KubernetesDoorOptions
            {
                Listen = [listen, .. ForPods(api, listen)],
                ListenHandle = sockets.Kubernetes,
                PkiDirectory = pki,
                KubeconfigPath = parsed.GetRequiredValue(options.Kubeconfig),
                TokenFile = parsed.GetValue(options.TokenFile),
                AuditLog = parsed.GetValue(options.AuditLog),
                NodeName = nodeName,
                PodPidsLimit = runtimeOptions.PodPidsLimit,
                ApiAddress = api,
                ExtraNames = [runtime.Gateway, .. api is null ? Array.Empty<string>() : [api]],
                Version = podOptions.Version,
                Eviction = podOptions.Eviction,
                Logging = logs,
            };
            var dockerDoor = new DockerDoorOptions
            {
                Socket = record.DockerSocket,
                SocketHandle = sockets.Docker,
                Listen = parsed.GetValue(options.ListenDocker) is { } tcp ? IPEndPoint.Parse(tcp) : null,
                PkiDirectory = Path.Combine(pki, "docker"),
                Addresses = [podOptions.NodeIp, runtime.Gateway],
                UsualSocket = parsed.GetValue(options.UsualDockerSocket) ? UsualDockerSocket : null,
                NodeName = nodeName,
                Version = podOptions.Version,
                Root = runtimeOptions.Root,
                Logging = logs,
            };
            await using var kubernetes = KubernetesDoor.Create(door, store, pods, runtime, clock);
            await using var docker = DockerDoor.Create(dockerDoor, runtime, standalone, clock);
            var criDoor = new CriDoorOptions
            {
                Socket = sockets.Cri is { } handed ? ActivatedSockets.AddressOf(handed).ToString()! : Path.GetFullPath(parsed.GetValue(options.CriSocket) ?? Path.Combine(runtimeOptions.Run, "cri.sock")),
                SocketHandle = sockets.Cri,
                Version = podOptions.Version,
                DefaultHandler = runtimeOptions.OciRuntime,
                CdiSpecDirs = runtimeOptions.CdiSpecDirs,
                Logging = logs,
            };
            await using var cri = CriDoor.Create(criDoor, runtime, clock);
            var dockerSockets = DockerDoor.SocketsOf(dockerDoor);
            await kubernetes.StartAsync(stop.Token).ConfigureAwait(false);
            await DockerDoor.StartAsync(docker, dockerDoor, stop.Token).ConfigureAwait(false);
            await CriDoor.StartAsync(cri, criDoor, stop.Token).ConfigureAwait(false);
            foreach (var socket in dockerSockets)
            {
                SocketGroup.Give(socket, parsed.GetRequiredValue(options.DockerGroup));
            }

            LogMessages.Ready(log, listen.ToString(), record.DockerSocket);
            notice.Ready($"Kubernetes API at https://{listen}, Docker API at {record.DockerSocket}");
            await IdleMemory.RunAsync(clock, stop.Token).ConfigureAwait(false);
            notice.Stopping();
            using var time = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await Task.WhenAll(kubernetes.StopAsync(time.Token), docker.StopAsync(time.Token), cri.StopAsync(time.Token)).ConfigureAwait(false);
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

    public static RuntimeOptions Options(ServeOptions options, ParseResult parsed)
    {
        var configured = EngineConfig.Apply(parsed.GetRequiredValue(options.Config), new RuntimeOptions
        {
            Root = Path.GetFullPath(parsed.GetRequiredValue(options.Root)),
            Run = Path.GetFullPath(parsed.GetRequiredValue(options.Run)),
            Name = parsed.GetRequiredValue(options.Name),
            PodCidr = parsed.GetRequiredValue(options.PodCidr),
        });

        // What was typed goes before what stands in the file.
        return parsed.GetResult(options.PodCidr) is { Implicit: false } ? configured with { PodCidr = parsed.GetRequiredValue(options.PodCidr) } : configured;
    }

    /// <summary>Pods come in by an address of their own; whoever listens on all addresses has it already.</summary>
    private static IPEndPoint[] ForPods(string? api, IPEndPoint listen) =>
        api is null || listen.Address.Equals(IPAddress.Any) ? [] : [new(IPAddress.Parse(api), listen.Port)];

    private static EngineRecord Record(ServeOptions options, ParseResult parsed, RuntimeOptions runtime, ActivatedSockets sockets)
    {
        var docker = sockets.Docker is { } handed ? ActivatedSockets.AddressOf(handed).ToString()! : Path.GetFullPath(parsed.GetValue(options.DockerSocket) ?? Path.Combine(runtime.Run, "docker.sock"));
        var (kubernetes, kubeconfig, token) = (KubernetesAddress(options, parsed, sockets).ToString(), Path.GetFullPath(parsed.GetRequiredValue(options.Kubeconfig)), parsed.GetValue(options.TokenFile));
        return new()
        {
            Pid = Environment.ProcessId,
            Root = runtime.Root,
            Name = runtime.Name,
            PodCidr = runtime.PodCidr,
            Kubernetes = $"https://{kubernetes}",
            Kubeconfig = kubeconfig,
            DockerSocket = docker,
            Log = StderrLoggerProvider.IsJournal() ? "journalctl -u tripod" : null,
            Arguments =
            [
                "serve", "--root", runtime.Root, "--run", runtime.Run, "--name", runtime.Name, "--pod-cidr", runtime.PodCidr,
                "--listen-kubernetes", kubernetes, "--kubeconfig", kubeconfig, "--docker-socket", docker, "--docker-group", parsed.GetRequiredValue(options.DockerGroup),
                .. parsed.GetValue(options.ListenDocker) is { } tcp ? (string[])["--listen-docker", tcp] : [],
                .. parsed.GetValue(options.CriSocket) is { } socket ? (string[])["--cri-socket", Path.GetFullPath(socket)] : [],
                .. parsed.GetValue(options.UsualDockerSocket) ? ["--usual-docker-socket"] : (string[])[],
                "--config", Path.GetFullPath(parsed.GetRequiredValue(options.Config)), "--node-name", parsed.GetRequiredValue(options.NodeName),
                .. parsed.GetValue(options.StaticPodPath) is { } manifests ? (string[])["--static-pod-path", Path.GetFullPath(manifests)] : [],
                .. parsed.GetValue(options.AuditLog) is { } audit ? (string[])["--audit-log", Path.GetFullPath(audit)] : [],
                .. parsed.GetValue(options.OtlpEndpoint) is { } collector ? (string[])["--otlp-endpoint", collector] : [],
                .. parsed.GetValue(options.AllowedUnsafeSysctls) is { } sysctls ? (string[])["--allowed-unsafe-sysctls", sysctls] : [],
                .. token is null ? (string[])[] : ["--token-file", Path.GetFullPath(token)],
            ],
        };
    }

    private static IPEndPoint KubernetesAddress(ServeOptions options, ParseResult parsed, ActivatedSockets sockets) =>
        sockets.Kubernetes is { } handed ? (IPEndPoint)ActivatedSockets.AddressOf(handed) : IPEndPoint.Parse(parsed.GetRequiredValue(options.ListenKubernetes));

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
