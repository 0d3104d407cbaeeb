using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>Sandboxes as a kubelet makes, asks for and removes them.</summary>
public sealed class SandboxTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Runtime_says_who_it_is_and_what_it_can()
    {
        using var client = new CriClient(engine);
        var version = await client.Runtime.VersionAsync(new());
        Assert.Equal(("tripod", "v1"), (version.RuntimeName, version.RuntimeApiVersion));
        var status = await client.Runtime.StatusAsync(new() { Verbose = true });
        Assert.Equal(["RuntimeReady", "NetworkReady"], status.Status.Conditions.Where(condition => condition.Status).Select(condition => condition.Type));
        Assert.Contains(status.RuntimeHandlers, handler => handler.Name.Length == 0 && handler.Features.RecursiveReadOnlyMounts);
        Assert.True(status.Features.SupplementalGroupsPolicy);
        Assert.Contains("podCidr", status.Info["config"], StringComparison.Ordinal);
        Assert.Equal(CgroupDriver.Cgroupfs, (await client.Runtime.RuntimeConfigAsync(new())).Linux.CgroupDriver);
        await client.Runtime.UpdateRuntimeConfigAsync(new() { RuntimeConfig = new() { NetworkConfig = new() { PodCidr = "10.1.2.0/24" } } });
    }

    [Fact]
    public async Task Sandbox_is_run_shown_stopped_and_removed_each_as_often_as_asked()
    {
        using var client = new CriClient(engine);
        var pod = client.Pod("life");
        var id = await client.Run(pod);
        Assert.Equal(id, await client.Run(pod));
        var status = (await client.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = id, Verbose = true }));
        Assert.Equal(PodSandboxState.SandboxReady, status.Status.State);
        Assert.Equal((pod.Metadata, "kept as it is"), (status.Status.Metadata, status.Status.Annotations["note"]));
        Assert.NotEmpty(status.Status.Network.Ip);
        Assert.Equal(NamespaceMode.Container, status.Status.Linux.Namespaces.Options.Pid);
        Assert.Contains("pid", status.Info["info"], StringComparison.Ordinal);
        Assert.Equal(id, (await client.Runtime.ListPodSandboxAsync(new() { Filter = new() { LabelSelector = { ["app"] = "life" }, State = new() { State = PodSandboxState.SandboxReady } } })).Items.Single().Id);
        Assert.Empty((await client.Runtime.ListPodSandboxAsync(new() { Filter = new() { LabelSelector = { ["app"] = "other" } } })).Items);
        var streamed = new List<PodSandbox>();
        await foreach (var some in client.Runtime.StreamPodSandboxes(new() { Filter = new() { Id = id } }).ResponseStream.ReadAllAsync())
        {
            streamed.AddRange(some.PodSandboxes);
        }

        Assert.Equal(id, streamed.Single().Id);
        for (var times = 0; times < 2; times++)
        {
            await client.Runtime.StopPodSandboxAsync(new() { PodSandboxId = id });
        }

        Assert.Equal(PodSandboxState.SandboxNotready, (await client.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = id[..12] })).Status.State);
        for (var times = 0; times < 2; times++)
        {
            await client.Runtime.RemovePodSandboxAsync(new() { PodSandboxId = id });
        }

        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = id }))).StatusCode);
    }

    [Fact]
    public async Task Names_ports_sysctls_and_cgroup_are_as_the_kubelet_asks()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var port = Engine.FreePort();
        var parent = $"/{engine.Name}pods/burstable/pod1";
        var pod = client.Pod("asked");
        pod.DnsConfig = new() { Servers = { "10.9.8.7" }, Searches = { "cri.example" }, Options = { "ndots:3" } };
        pod.PortMappings.Add(new PortMapping { ContainerPort = 80, HostPort = port });
        pod.PortMappings.Add(new PortMapping { ContainerPort = 81 });
        pod.Linux.CgroupParent = parent;
        pod.Linux.Sysctls["net.ipv4.ip_default_ttl"] = "44";
        var sandbox = await client.Run(pod);
        var container = await client.Start(sandbox, pod, CriClient.Script("web", "echo served > /index.html; exec httpd -f -p 80 -h /"));
        Assert.Equal("asked\n", await client.Exec(container, "hostname"));
        Assert.Equal("nameserver 10.9.8.7\nsearch cri.example\noptions ndots:3\n", await client.Exec(container, "cat", "/etc/resolv.conf"));
        Assert.Equal("44\n", await client.Exec(container, "cat", "/proc/sys/net/ipv4/ip_default_ttl"));
        Assert.Contains("localhost", await client.Exec(container, "cat", "/etc/hosts"), StringComparison.Ordinal);
        await Engine.Eventually(async () => await Engine.Http(port, "/index.html") == "served\n", "its host port answers", TimeSpan.FromSeconds(5));
        var place = File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        Assert.True(Directory.Exists($"{place}{parent}/{container}"));
        await client.Remove(sandbox);
        Assert.False(Directory.Exists($"{place}{parent}/{container}"));
        foreach (var made in Directory.GetDirectories("/sys/fs/cgroup", $"{engine.Name}pods", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }))
        {
            // A kubelet's own to remove.
            Directory.Delete(Path.Combine(made, "burstable/pod1"));
            Directory.Delete(Path.Combine(made, "burstable"));
            Directory.Delete(made);
        }
    }

    [Fact]
    public async Task Namespaces_are_the_pods_the_containers_or_the_nodes()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        string Host(string kind) => File.ResolveLinkTarget($"/proc/self/ns/{kind}", returnFinalTarget: false)!.Name;
        var node = client.Pod("node");
        node.Linux.SecurityContext.NamespaceOptions = new() { Network = NamespaceMode.Node, Pid = NamespaceMode.Node, Ipc = NamespaceMode.Node };
        var onNode = await client.Run(node);
        var script = CriClient.Script("main", "sleep 1000");
        script.Linux.SecurityContext.NamespaceOptions = node.Linux.SecurityContext.NamespaceOptions;
        var shared = await client.Start(onNode, node, script);
        Assert.All((string[])["net", "pid", "ipc"], kind => Assert.Equal($"{Host(kind)}\n", client.Exec(shared, "readlink", $"/proc/self/ns/{kind}").GetAwaiter().GetResult()));
        Assert.Equal("", (await client.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = onNode })).Status.Network.Ip);
        await client.Remove(onNode);

        var pod = client.Pod("own");
        var sandbox = await client.Run(pod);
        var first = await client.Start(sandbox, pod, CriClient.Script("first", "sleep 1111"));
        var second = CriClient.Script("second", "sleep 2222");
        second.Linux.SecurityContext.NamespaceOptions = new() { Pid = NamespaceMode.Target, TargetId = first };
        var joined = await client.Start(sandbox, pod, second);
        Assert.Contains("sleep 1111", await client.Exec(joined, "ps"), StringComparison.Ordinal);
        Assert.Equal(await client.Exec(first, "readlink", "/proc/self/ns/net"), await client.Exec(joined, "readlink", "/proc/self/ns/net"));
        var third = CriClient.Script("third", "sleep 3333");
        third.Linux.SecurityContext.NamespaceOptions = new() { Pid = NamespaceMode.Pod };
        Assert.Contains("/pause", await client.Exec(await client.Start(sandbox, pod, third), "ps"), StringComparison.Ordinal);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_by_name()
    {
        using var client = new CriClient(engine);
        async Task<string> Refused(Action<PodSandboxConfig> change, string handler = "")
        {
            var pod = client.Pod("refused");
            change(pod);
            var refusal = await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.RunPodSandboxAsync(new() { Config = pod, RuntimeHandler = handler }));
            Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
            return refusal.Status.Detail;
        }

        Assert.Contains("runtime handler odd is not known", await Refused(_ => { }, "odd"), StringComparison.Ordinal);
        Assert.Contains("needs name, uid and namespace", await Refused(pod => pod.Metadata.Uid = ""), StringComparison.Ordinal);
        Assert.Contains("run_as_group needs run_as_user", await Refused(pod => pod.Linux.SecurityContext.RunAsGroup = new() { Value = 1 }), StringComparison.Ordinal);
        Assert.Contains("cgroup parent ../x", await Refused(pod => pod.Linux.CgroupParent = "../x"), StringComparison.Ordinal);
        Assert.Empty((await client.Runtime.ListPodSandboxAsync(new() { Filter = new() { LabelSelector = { ["app"] = "refused" } } })).Items);
    }

    [Fact]
    public async Task Neither_side_sees_or_removes_the_others_pods_and_all_survives_the_engine()
    {
        await using var own = await Engine.Start();
        using var before = new CriClient(own);
        await before.Pull();
        await own.Apply(Pods.Manifests.Script("mine", "sleep 1000"));
        await own.WaitReady("mine");
        var pod = before.Pod("theirs");
        pod.Labels["tripod.dev/owner"] = "pods";
        var sandbox = await before.Run(pod);
        var container = await before.Start(sandbox, pod, CriClient.Script("main", "sleep 1000"));
        Assert.Equal(sandbox, (await before.Runtime.ListPodSandboxAsync(new())).Items.Single().Id);
        Assert.Equal(container, (await before.Runtime.ListContainersAsync(new())).Containers.Single().Id);

        await own.Kill();
        await own.Launch();
        using var after = new CriClient(own);
        Assert.Equal(sandbox, (await after.Runtime.ListPodSandboxAsync(new() { Filter = new() { State = new() { State = PodSandboxState.SandboxReady } } })).Items.Single().Id);
        Assert.Equal(ContainerState.ContainerRunning, (await after.Status(container)).State);
        Assert.DoesNotContain("theirs", await own.Kubectl("get", "pods", "-A"), StringComparison.Ordinal);
        foreach (var all in (await after.Runtime.ListPodSandboxAsync(new())).Items)
        {
            await after.Remove(all.Id);
        }

        Assert.Contains("Running", await own.Kubectl("get", "pod", "mine"), StringComparison.Ordinal);
        await own.Kubectl("delete", "pod", "mine", "--now");
    }
}
