using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>Sandboxes with user namespaces and id-mapped mounts, as a kubelet asks for them.</summary>
public sealed class UserNamespaceTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Sandbox_and_containers_have_the_ids_that_were_asked_for()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        Assert.All((await client.Runtime.StatusAsync(new())).RuntimeHandlers, handler => Assert.True(handler.Features.UserNamespaces));
        var pod = client.Pod("mapped");
        pod.Linux.SecurityContext.NamespaceOptions.UsernsOptions = Users();
        pod.Linux.Sysctls["net.ipv4.ip_unprivileged_port_start"] = "80";
        var sandbox = await client.Run(pod);
        var shown = (await client.Runtime.PodSandboxStatusAsync(new() { PodSandboxId = sandbox })).Status.Linux.Namespaces.Options.UsernsOptions;
        Assert.Equal(Users(), shown);

        var folder = Directory.CreateDirectory(Path.Combine(engine.Root, "cri-mapped")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "note"), "note\n");
        var open = Directory.CreateDirectory($"/run/tripod-test-{engine.Name}/open").FullName;
        var config = CriClient.Script("main", "cat /proc/self/uid_map; exec sleep 1000");
        config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = Users();
        config.Mounts.Add(new Mount { ContainerPath = "/mapped", HostPath = folder, UidMappings = { Mapping() }, GidMappings = { Mapping() } });
        config.Mounts.Add(new Mount { ContainerPath = "/plain", HostPath = open });
        config.Mounts.Add(new Mount { ContainerPath = "/image", Readonly = true, Image = new() { Image = "busybox" } });
        var id = await client.Start(sandbox, pod, config);
        Assert.Equal("0:0 0:0 65534:65534 0:0 80 mapped\n", await client.Exec(id, "sh", "-c", "touch /mapped/made; echo $(stat -c %u:%g / /mapped/made /plain /image/bin) $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start) $(hostname)"));
        Assert.Equal("0:0\n", await Command.Run("stat", "-c", "%u:%g", Path.Combine(folder, "made")));
        Assert.Equal([Mapping()], (await client.Status(id)).Mounts.Single(mount => mount.ContainerPath == "/mapped").UidMappings);
        Assert.Contains("         0       1000     100000", await File.ReadAllTextAsync(Path.Combine(pod.LogDirectory, "main.log")), StringComparison.Ordinal);
        await client.Remove(sandbox);
        Assert.DoesNotContain(id, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mode_node_is_the_hosts()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("node");
        pod.Linux.SecurityContext.NamespaceOptions.UsernsOptions = new() { Mode = NamespaceMode.Node };
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "sleep 1000");
        config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = new() { Mode = NamespaceMode.Node };
        Assert.Equal((await Command.Run("readlink", "/proc/self/ns/user")).Trim(), (await client.Exec(await client.Start(sandbox, pod, config), "readlink", "/proc/self/ns/user")).Trim());
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_by_name()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        async Task<string> Refused(UserNamespace users, NamespaceMode network = NamespaceMode.Pod)
        {
            var pod = client.Pod("refused");
            (pod.Linux.SecurityContext.NamespaceOptions.UsernsOptions, pod.Linux.SecurityContext.NamespaceOptions.Network) = (users, network);
            return (await Assert.ThrowsAsync<RpcException>(async () => await client.Run(pod))).Status.Detail;
        }

        Assert.Contains("one mapping is wanted, and 2 are given", await Refused(new() { Mode = NamespaceMode.Pod, Uids = { Mapping(), Mapping() }, Gids = { Mapping(), Mapping() } }), StringComparison.Ordinal);
        Assert.Contains("root (0) must be mapped", await Refused(new() { Mode = NamespaceMode.Pod, Uids = { new IDMapping { ContainerId = 1, HostId = 1000, Length = 10 } }, Gids = { Mapping() } }), StringComparison.Ordinal);
        Assert.Contains("is the POD's or the NODE's, and not CONTAINER", await Refused(new() { Mode = NamespaceMode.Container }), StringComparison.Ordinal);
        Assert.Contains("is the POD's or the NODE's, and not TARGET", await Refused(new() { Mode = NamespaceMode.Target }), StringComparison.Ordinal);
        Assert.Contains("shares neither network", await Refused(Users(), NamespaceMode.Node), StringComparison.Ordinal);

        var pod = client.Pod("fits");
        pod.Linux.SecurityContext.NamespaceOptions.UsernsOptions = Users();
        var sandbox = await client.Run(pod);
        async Task<string> RefusedContainer(Action<ContainerConfig> change)
        {
            var config = CriClient.Script("bad", "true");
            change(config);
            return (await Assert.ThrowsAsync<RpcException>(async () => await client.Create(sandbox, pod, config))).Status.Detail;
        }

        Assert.Contains("is its sandbox's", await RefusedContainer(config => config.Linux.SecurityContext.NamespaceOptions.UsernsOptions = new() { Mode = NamespaceMode.Node }), StringComparison.Ordinal);
        Assert.Contains("are the sandbox's own, or none", await RefusedContainer(config => config.Mounts.Add(new Mount { ContainerPath = "/x", HostPath = "/tmp", UidMappings = { new IDMapping { HostId = 5, Length = 1 } }, GidMappings = { Mapping() } })), StringComparison.Ordinal);
        Assert.Contains("user 100000 is outside of the pod's user namespace", await RefusedContainer(config => config.Linux.SecurityContext.RunAsUser = new() { Value = 100000 }), StringComparison.Ordinal);
        await client.Remove(sandbox);
    }

    private static IDMapping Mapping() => new() { ContainerId = 0, HostId = 1000, Length = 100000 };

    private static UserNamespace Users() => new() { Mode = NamespaceMode.Pod, Uids = { Mapping() }, Gids = { Mapping() } };
}
