using System.Net.WebSockets;
using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>What kubelets count on beyond the definition, as containerd and CRI-O have taught them.</summary>
public sealed class KubeletTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Labels_of_SELinux_are_no_hindrance_where_it_is_not_enabled()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var label = new SELinuxOption { Type = "spc_t", Level = "s0" };
        var pod = client.Pod("labelled");
        pod.Linux.SecurityContext.SelinuxOptions = label;
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "sleep 1000");
        config.Linux.SecurityContext.SelinuxOptions = label;
        Assert.Equal("runs\n", await client.Exec(await client.Start(sandbox, pod, config), "echo", "runs"));
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Pod_on_the_nodes_network_has_the_nodes_name_and_no_network_counters()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("node");
        pod.Hostname = "";
        pod.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node;
        var sandbox = await client.Run(pod);
        var id = await client.Start(sandbox, pod, CriClient.Script("main", "sleep 1000"));
        Assert.Equal($"{Environment.MachineName}\n", await client.Exec(id, "sh", "-c", "echo $HOSTNAME"));
        // A kubelet reads the default interface of every network that is told.
        Assert.Null((await client.Runtime.PodSandboxStatsAsync(new() { PodSandboxId = sandbox })).Stats.Linux.Network);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Default_interface_is_the_pods_own_whatever_else_is_there()
    {
        using var client = new CriClient(engine);
        var sandbox = await client.Run(client.Pod("interfaces"));
        var pid = (string?)System.Text.Json.Nodes.JsonNode.Parse((await client.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = sandbox, Verbose = true })).Info["info"])!["pid"]?.ToString();
        await Command.Run("nsenter", "-t", pid!, "-n", "sh", "-c", "ip link set eth0 down && ip link set eth0 name tunl0 && ip link add eth0 type bridge");

        var network = (await client.Runtime.PodSandboxStatsAsync(new() { PodSandboxId = sandbox })).Stats.Linux.Network;
        Assert.Equal("eth0", network.DefaultInterface.Name);
        Assert.Equal("tunl0", network.Interfaces.Single().Name);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Calls_that_wait_leave_room_for_others_however_many_they_are()
    {
        using var client = new CriClient(engine);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var waiting = Enumerable.Range(0, 150).Select(_ => client.Runtime.GetContainerEvents(new(), cancellationToken: over.Token)).ToList();
        try
        {
            await Task.WhenAll(waiting.Select(call => call.ResponseHeadersAsync));
            Assert.Equal("tripod", (await client.Runtime.VersionAsync(new(), deadline: DateTime.UtcNow.AddSeconds(10))).RuntimeName);
        }
        finally
        {
            waiting.ForEach(call => call.Dispose());
        }
    }

    [Fact]
    public async Task Low_ports_are_for_every_user_of_a_pods_own_network_unless_it_asks_otherwise()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        async Task<string> Listens(Action<PodSandboxConfig> change)
        {
            var pod = client.Pod("ports");
            change(pod);
            var sandbox = await client.Run(pod);
            var config = CriClient.Script("main", "sleep 1000");
            (config.Linux.SecurityContext.RunAsUser, config.Linux.SecurityContext.Capabilities) = (new() { Value = 1000 }, new() { DropCapabilities = { "ALL" } });
            var said = await client.Exec(await client.Start(sandbox, pod, config), "sh", "-c", "httpd -p 127.0.0.1:80 2>/dev/null && echo listens || echo refused");
            await client.Remove(sandbox);
            return said;
        }

        Assert.Equal("listens\n", await Listens(_ => { }));
        Assert.Equal("refused\n", await Listens(pod => pod.Linux.Sysctls["net.ipv4.ip_unprivileged_port_start"] = "1024"));
    }

    [Fact]
    public async Task Streams_are_what_was_asked_for_when_their_address_was()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("streams");
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "echo inside > /index.html; exec httpd -f -p 127.0.0.1:8080 -h /");
        config.Tty = true;
        var id = await client.Start(sandbox, pod, config);
        // A terminal has one output, and who attaches need not know that there is one.
        Assert.NotEmpty((await client.Runtime.AttachAsync(new() { ContainerId = id, Stdout = true, Stderr = true })).Url);
        // A kubelet hands on the connection, and not the query in which the client named the ports.
        var address = (await client.Runtime.PortForwardAsync(new() { PodSandboxId = sandbox, Port = { 8080 } })).Url;
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v4.channel.k8s.io");
        await socket.ConnectAsync(new Uri(address.Replace("http://", "ws://", StringComparison.Ordinal)), CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var buffer = new byte[64];
        Assert.Equal(3, (await socket.ReceiveAsync(buffer, patience.Token)).Count);
        Assert.Equal((0, 8080), (buffer[0], BitConverter.ToUInt16(buffer, 1)));
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Removal_of_a_sandbox_is_told_with_what_it_was()
    {
        using var client = new CriClient(engine);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var call = client.Runtime.GetContainerEvents(new(), cancellationToken: over.Token);
        await call.ResponseHeadersAsync;
        var pod = client.Pod("told");
        var sandbox = await client.Run(pod);
        await client.Remove(sandbox);
        await foreach (var happened in call.ResponseStream.ReadAllAsync(over.Token))
        {
            if (happened.ContainerId == sandbox && happened.ContainerEventType == ContainerEventType.ContainerDeletedEvent)
            {
                // Without it a kubelet cannot tell whose it was, and keeps the pod in its cache.
                Assert.Equal((pod.Metadata.Uid, PodSandboxState.SandboxNotready), (happened.PodSandboxStatus?.Metadata.Uid, happened.PodSandboxStatus?.State));
                break;
            }
        }
    }

    [Fact]
    public async Task Memory_is_shared_by_the_pod_alone_where_a_container_has_the_hosts_devices()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("devices");
        pod.Linux.SecurityContext.Privileged = true;
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "sleep 1000");
        config.Tty = true;
        config.Linux.SecurityContext.Privileged = true;
        config.Mounts.Add(new Mount { ContainerPath = "/dev", HostPath = "/dev", Propagation = MountPropagation.PropagationHostToContainer });
        var own = $"/dev/shm/{engine.Name}-shared";
        Assert.Contains("kmsg", await client.Exec(await client.Start(sandbox, pod, config), "sh", "-c", $"touch {own}; ls /dev"), StringComparison.Ordinal);
        Assert.False(File.Exists(own));
        Assert.Equal($"{own}\n", await client.Exec(await client.Start(sandbox, pod, CriClient.Script("second", "sleep 1000")), "ls", own));
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Quota_of_minus_one_is_none_from_the_start_and_later_on()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("quota");
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "sleep 1000");
        config.Linux.Resources = new() { CpuPeriod = 100000, CpuQuota = -1, CpuShares = 1024 };
        var id = await client.Start(sandbox, pod, config);
        var unified = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        Task<string> Quota() => client.Exec(id, "cat", unified ? "/sys/fs/cgroup/cpu.max" : "/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
        var none = unified ? "max 100000\n" : "-1\n";
        Assert.Equal(none, await Quota());
        foreach (var (quota, then) in new[] { (20000, unified ? "20000 100000\n" : "20000\n"), (-1, none) })
        {
            await client.Runtime.UpdateContainerResourcesAsync(new() { ContainerId = id, Linux = new() { CpuPeriod = 100000, CpuQuota = quota } });
            Assert.Equal((quota, then), ((await client.Status(id)).Resources.Linux.CpuQuota, await Quota()));
        }

        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Statistics_are_told_while_containers_go()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("going");
        var sandbox = await client.Run(pod);
        await client.Start(sandbox, pod, CriClient.Script("stays", "sleep 1000"));
        var going = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => client.Create(sandbox, pod, CriClient.Script($"goes{number}", "true"))));
        var removal = Task.Run(async () =>
        {
            foreach (var id in going)
            {
                await client.Runtime.RemoveContainerAsync(new() { ContainerId = id });
            }
        });
        do
        {
            await client.Runtime.ListContainerStatsAsync(new());
            await client.Runtime.ListPodSandboxStatsAsync(new());
            await client.Runtime.ListPodSandboxMetricsAsync(new());
        }
        while (!removal.IsCompleted);
        await removal;
        Assert.Single((await client.Runtime.ListContainerStatsAsync(new() { Filter = new() { PodSandboxId = sandbox } })).Stats);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Container_is_asked_to_end_once_however_often_it_is_stopped()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("asked");
        var sandbox = await client.Run(pod);
        var id = await client.Start(sandbox, pod, CriClient.Script("main", "trap 'echo asked >> /signals' TERM; touch /ready; while :; do sleep 0.1; done"));
        await Engine.Eventually(async () => await client.Exec(id, "ls", "/") is var names && names.Contains("ready", StringComparison.Ordinal), "it listens", TimeSpan.FromSeconds(10));
        for (var times = 0; times < 2; times++)
        {
            await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.StopContainerAsync(new() { ContainerId = id, Timeout = 60 }, deadline: DateTime.UtcNow.AddSeconds(1)));
        }

        Assert.Equal("asked\n", await client.Exec(id, "cat", "/signals"));
        await client.Runtime.StopContainerAsync(new() { ContainerId = id, Timeout = 1 });
        Assert.Equal(137, (await client.Status(id)).ExitCode);
        await client.Remove(sandbox);
    }
}
