using System.Net.Sockets;
using Grpc.Net.Client;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;

namespace Tripod.IntegrationTests.Cri;

/// <summary>A client as a kubelet is one: gRPC over the Unix socket, and the messages that it sends.</summary>
internal sealed class CriClient : IDisposable
{
    private static int count;

    private readonly GrpcChannel channel;

    public CriClient(Engine engine)
    {
        Engine = engine;
        var socket = Path.Combine(engine.Run, "cri.sock");
        channel = GrpcChannel.ForAddress("http://localhost", new()
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) =>
                {
                    var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                    return new NetworkStream(connection, ownsSocket: true);
                },
            },
            MaxReceiveMessageSize = 16 * 1024 * 1024,
        });
        Runtime = new(channel);
        Images = new(channel);
    }

    public Engine Engine { get; }
    public RuntimeService.RuntimeServiceClient Runtime { get; }
    public ImageService.ImageServiceClient Images { get; }

    public void Dispose() => channel.Dispose();

    public async Task<string> Pull(string image = "busybox") => (await Images.PullImageAsync(new() { Image = new() { Image = image } })).ImageRef;

    /// <summary>A pod of its own uid, with PID namespaces per container as the kubelet asks for them.</summary>
    public PodSandboxConfig Pod(string name = "pod") => new()
    {
        Metadata = new() { Name = name, Uid = $"uid-{Interlocked.Increment(ref count)}", Namespace = "cri" },
        Hostname = name,
        LogDirectory = Directory.CreateDirectory(Path.Combine(Engine.Root, "logs", $"{name}-{count}")).FullName,
        Labels = { ["app"] = name },
        Annotations = { ["note"] = "kept as it is" },
        Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Pid = NamespaceMode.Container } } },
    };

    public async Task<string> Run(PodSandboxConfig pod) => (await Runtime.RunPodSandboxAsync(new() { Config = pod })).PodSandboxId;

    public static ContainerConfig Script(string name, string script) => new()
    {
        Metadata = new() { Name = name },
        Image = new() { Image = "busybox" },
        Command = { "sh", "-c", script },
        LogPath = $"{name}.log",
        Linux = new() { SecurityContext = new() { NamespaceOptions = new() { Pid = NamespaceMode.Container } } },
    };

    public async Task<string> Create(string sandbox, PodSandboxConfig pod, ContainerConfig container) =>
        (await Runtime.CreateContainerAsync(new() { PodSandboxId = sandbox, SandboxConfig = pod, Config = container })).ContainerId;

    public async Task<string> Start(string sandbox, PodSandboxConfig pod, ContainerConfig container)
    {
        var id = await Create(sandbox, pod, container);
        await Runtime.StartContainerAsync(new() { ContainerId = id });
        return id;
    }

    public async Task<ContainerStatus> Status(string id) => (await Runtime.ContainerStatusAsync(new() { ContainerId = id })).Status;

    public async Task<ContainerStatus> Ended(string id)
    {
        ContainerStatus? status = null;
        await Engine.Eventually(async () => (status = await Status(id)).State == ContainerState.ContainerExited, "the container has ended", TimeSpan.FromSeconds(10));
        return status!;
    }

    public async Task<string> Exec(string id, params string[] command)
    {
        var done = await Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { command }, Timeout = 10 });
        return done.ExitCode == 0 ? done.Stdout.ToStringUtf8() : throw new InvalidOperationException($"{string.Join(' ', command)}: {done.ExitCode}: {done.Stderr.ToStringUtf8()}");
    }

    public async Task Remove(string sandbox)
    {
        await Runtime.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
        await Runtime.RemovePodSandboxAsync(new() { PodSandboxId = sandbox });
    }
}
