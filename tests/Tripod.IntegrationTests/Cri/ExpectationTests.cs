using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;
using ProfileType = Tripod.FrontDoors.Cri.Protocol.SecurityProfile.Types.ProfileType;

namespace Tripod.IntegrationTests.Cri;

/// <summary>What kubelets and the CRI's own validation suite take for granted.</summary>
public sealed class ExpectationTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Container_runs_as_a_kubelet_writes_it()
    {
        using var client = new CriClient(engine);
        var image = await client.Pull();
        var pod = client.Pod("kubelet");
        pod.Linux.Sysctls["kernel.shm_rmid_forced"] = "1";
        pod.Linux.Sysctls["fs.mqueue.msg_max"] = "100";
        pod.Linux.SecurityContext.Seccomp = new() { ProfileType = ProfileType.RuntimeDefault };
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.Run(pod)));
        var sandbox = Assert.Single(ids.Distinct());
        var files = Directory.CreateDirectory(Path.Combine(engine.Root, "kubelet")).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "hosts"), "127.0.0.1\tlocalhost\n");
        await File.WriteAllTextAsync(Path.Combine(files, "end"), "");
        var config = CriClient.Script("main", "echo ended > /dev/termination-log; exec sleep 1000");
        config.Image = new() { Image = image, UserSpecifiedImage = "busybox" };
        config.Envs.Add(new KeyValue { Key = "KUBERNETES_SERVICE_HOST", Value = "10.96.0.1" });
        config.Mounts.Add(new Mount { ContainerPath = "/etc/hosts", HostPath = Path.Combine(files, "hosts"), SelinuxRelabel = true });
        config.Mounts.Add(new Mount { ContainerPath = "/dev/termination-log", HostPath = Path.Combine(files, "end"), SelinuxRelabel = true });
        config.Linux.Resources = new() { CpuPeriod = 100000, CpuShares = 2, MemoryLimitInBytes = 64 << 20, MemorySwapLimitInBytes = 64 << 20, OomScoreAdj = -997, HugepageLimits = { new HugepageLimit { PageSize = "2MB" }, new HugepageLimit { PageSize = "1GB" } } };
        config.Linux.SecurityContext.Seccomp = new() { ProfileType = ProfileType.Unconfined };
        config.Linux.SecurityContext.MaskedPaths.Add((string[])["/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap", "/nowhere"]);
        config.Linux.SecurityContext.ReadonlyPaths.Add((string[])["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]);
        var id = await client.Start(sandbox, pod, config);
        Assert.Equal("1 100\n", await client.Exec(id, "sh", "-c", "echo $(cat /proc/sys/kernel/shm_rmid_forced /proc/sys/fs/mqueue/msg_max)"));
        Assert.Equal("127.0.0.1\tlocalhost\n", await client.Exec(id, "cat", "/etc/hosts"));
        await Engine.Eventually(async () => await File.ReadAllTextAsync(Path.Combine(files, "end")) == "ended\n", "its last words are read on the host", TimeSpan.FromSeconds(5));
        Assert.Equal("10.96.0.1\n", await client.Exec(id, "sh", "-c", "echo $KUBERNETES_SERVICE_HOST"));
        var status = await client.Status(id);
        Assert.Equal((image, image), (status.ImageId, (await client.Runtime.ListContainersAsync(new() { Filter = new() { Id = id } })).Containers.Single().ImageId));
        Assert.StartsWith("docker.io/library/busybox@sha256:", status.ImageRef, StringComparison.Ordinal);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await client.Runtime.StopContainerAsync(new() { ContainerId = id, Timeout = 0 })));
        Assert.Equal((ContainerState.ContainerExited, 137), ((await client.Status(id)).State, (await client.Status(id)).ExitCode));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.Remove(sandbox)));
        Assert.Empty((await client.Runtime.ListContainersAsync(new() { Filter = new() { PodSandboxId = sandbox } })).Containers);
    }

    [Fact]
    public async Task Profiles_masks_and_names_hold_as_asked_and_privilege_lifts_them()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("profiles");
        pod.Linux.SecurityContext.Privileged = true;
        var sandbox = await client.Run(pod);
        async Task<string> Said(string name, string script, Action<LinuxContainerSecurityContext> change)
        {
            var config = CriClient.Script(name, "sleep 1000");
            change(config.Linux.SecurityContext);
            var done = await client.Runtime.ExecSyncAsync(new() { ContainerId = await client.Start(sandbox, pod, config), Cmd = { "sh", "-c", script } });
            return $"{done.ExitCode} {done.Stdout.ToStringUtf8()}{done.Stderr.ToStringUtf8()}".TrimEnd();
        }

        var profile = Path.Combine(engine.Root, "profile.json");
        await File.WriteAllTextAsync(profile, """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["chmod","fchmodat","fchmodat2","sethostname"],"action":"SCMP_ACT_ERRNO"}]}""");
        var localhost = new SecurityProfile { ProfileType = ProfileType.Localhost, LocalhostRef = profile };
        Assert.Equal("1 chmod: /: Operation not permitted", await Said("localhost", "chmod 400 /", context => context.Seccomp = localhost));
        Assert.Contains("Operation not permitted", await Said("blocked", "hostname other", context => (context.Seccomp, context.Capabilities) = (localhost, new() { AddCapabilities = { "SYS_ADMIN" } })), StringComparison.Ordinal);
        Assert.Equal("0 other", await Said("named", "hostname other && hostname", context => (context.Seccomp, context.Capabilities) = (new() { ProfileType = ProfileType.Unconfined }, new() { AddCapabilities = { "SYS_ADMIN" } })));
        Assert.Equal("0", await Said("privileged", "chmod 755 / && hostname another", context => (context.Seccomp, context.Privileged) = (localhost, true)));
        Assert.Equal("0 0", await Said("masked", "wc -c < /etc/group", context => context.MaskedPaths.Add("/etc/group")));
        Assert.Equal("1 touch: /tmp/test: Read-only file system", await Said("fixed", "touch /tmp/test", context => context.ReadonlyPaths.Add("/tmp")));
        Assert.Contains("ermission denied", await Said("noping", "ping -c 1 127.0.0.1", context => context.Capabilities = new() { DropCapabilities = { "NET_RAW" } }), StringComparison.Ordinal);
        Assert.Contains("CapBnd:\t0000000000000000", await Said("dropped", "grep CapBnd /proc/self/status", context => context.Capabilities = new() { DropCapabilities = { "ALL" } }), StringComparison.Ordinal);
        Assert.Equal("0 nobody", await Said("nobody", "id -nu", context => context.RunAsUsername = "nobody"));
        var nobody = CriClient.Script("somebody", "true");
        nobody.Linux.SecurityContext.RunAsUsername = "somebody";
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await client.Create(sandbox, pod, nobody))).StatusCode);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Mounts_pass_between_host_and_container_only_as_asked()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("propagation");
        pod.Linux.SecurityContext.Privileged = true;
        var sandbox = await client.Run(pod);
        foreach (var propagation in Enum.GetValues<MountPropagation>())
        {
            var folder = Directory.CreateDirectory(Path.Combine(engine.Root, $"{propagation}")).FullName;
            var (source, inner, other) = (Directory.CreateDirectory(Path.Combine(folder, "mnt")).FullName, Path.Combine(folder, "mnt/inner"), Directory.CreateDirectory(Path.Combine(folder, "other")).FullName);
            Directory.CreateDirectory(inner);
            await File.WriteAllTextAsync(Path.Combine(other, "flag"), "");
            await Command.Run("mount", "--bind", source, source);
            try
            {
                await Command.Run("mount", propagation == MountPropagation.PropagationPrivate ? "--make-rprivate" : "--make-rshared", source);
                var config = CriClient.Script($"{propagation}", "sleep 1000");
                config.Linux.SecurityContext.Privileged = true;
                config.Mounts.Add(new Mount { ContainerPath = source, HostPath = source, Propagation = propagation });
                var id = await client.Start(sandbox, pod, config);
                Assert.Equal(propagation, (await client.Status(id)).Mounts.Single().Propagation);
                await Command.Run("mount", "--bind", other, inner);
                Assert.Equal(propagation == MountPropagation.PropagationPrivate ? "" : "flag\n", await client.Exec(id, "ls", "-A", inner));
                await client.Exec(id, "sh", "-c", $"mkdir -p {source}/made && mount --bind /etc {source}/made");
                Assert.Equal(propagation == MountPropagation.PropagationBidirectional, Directory.EnumerateFileSystemEntries(Path.Combine(source, "made")).Any());
                await client.Runtime.RemoveContainerAsync(new() { ContainerId = id });
            }
            finally
            {
                await Command.Try("umount", "-l", Path.Combine(source, "made"));
                await Command.Try("umount", "-l", inner);
                await Command.Run("umount", "-l", source);
            }
        }

        var root = Directory.CreateDirectory(Path.Combine(engine.Root, "readonly/below")).FullName;
        await Command.Run("mount", "-t", "tmpfs", "below", root);
        try
        {
            var config = CriClient.Script("readonly", "sleep 1000");
            config.Mounts.Add(new Mount { ContainerPath = "/part", HostPath = Path.GetDirectoryName(root), Readonly = true });
            config.Mounts.Add(new Mount { ContainerPath = "/whole", HostPath = Path.GetDirectoryName(root), Readonly = true, RecursiveReadOnly = true });
            var id = await client.Start(sandbox, pod, config);
            Assert.Equal("fixed fixed\n", await client.Exec(id, "sh", "-c", "touch /part/below/new && (touch /part/new 2>/dev/null || echo -n 'fixed '; touch /whole/below/new2 2>/dev/null || echo fixed)"));
        }
        finally
        {
            await Command.Run("umount", "-l", root);
        }

        await client.Remove(sandbox);
    }
}
