using System.Globalization;
using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;
using ProfileType = Tripod.FrontDoors.Cri.Protocol.SecurityProfile.Types.ProfileType;

namespace Tripod.IntegrationTests.Cri;

/// <summary>Containers in a kubelet's sandboxes.</summary>
public sealed class ContainerTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Container_is_created_started_stopped_and_removed_each_as_often_as_asked()
    {
        using var client = new CriClient(engine);
        var image = await client.Pull();
        var pod = client.Pod("container");
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "trap 'exit 7' TERM; echo out; echo err >&2; while :; do sleep 0.05; done");
        config.Labels["tier"] = "front";
        config.StopSignal = Signal.Sigterm;
        var id = await client.Create(sandbox, pod, config);
        Assert.Equal(id, await client.Create(sandbox, pod, config));
        Assert.Equal(ContainerState.ContainerCreated, (await client.Status(id)).State);
        await client.Runtime.StartContainerAsync(new() { ContainerId = id });
        var status = (await client.Runtime.ContainerStatusAsync(new() { ContainerId = id, Verbose = true }));
        Assert.Equal((ContainerState.ContainerRunning, image, image), (status.Status.State, status.Status.ImageId, (await client.Images.ImageStatusAsync(new() { Image = new() { Image = "busybox" } })).Image.Id));
        Assert.Equal(("docker.io/library/busybox:latest", Signal.Sigterm, "front"), (status.Status.Image.Image, status.Status.StopSignal, status.Status.Labels["tier"]));
        Assert.Contains("pid", status.Info["info"], StringComparison.Ordinal);
        var row = (await client.Runtime.ListContainersAsync(new() { Filter = new() { PodSandboxId = sandbox, LabelSelector = { ["tier"] = "front" }, State = new() { State = ContainerState.ContainerRunning } } })).Containers.Single();
        Assert.Equal((id, sandbox, image), (row.Id, row.PodSandboxId, row.ImageId));

        await Engine.Eventually(async () => (await File.ReadAllLinesAsync(status.Status.LogPath)).Length == 2, "its log has both lines", TimeSpan.FromSeconds(5));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d) stdout F out$", (await File.ReadAllLinesAsync(status.Status.LogPath)).Single(line => line.EndsWith("out", StringComparison.Ordinal)));
        for (var times = 0; times < 2; times++)
        {
            await client.Runtime.StopContainerAsync(new() { ContainerId = id, Timeout = 5 });
        }

        var ended = await client.Status(id);
        Assert.Equal((ContainerState.ContainerExited, 7, "Error"), (ended.State, ended.ExitCode, ended.Reason));
        Assert.True(ended.CreatedAt > 0 && ended.StartedAt >= ended.CreatedAt && ended.FinishedAt > ended.StartedAt);
        for (var times = 0; times < 2; times++)
        {
            await client.Runtime.RemoveContainerAsync(new() { ContainerId = id });
        }

        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await client.Status(id))).StatusCode);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Ends_are_told_with_their_reasons()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("ends");
        var sandbox = await client.Run(pod);
        var done = await client.Ended(await client.Start(sandbox, pod, CriClient.Script("done", "true")));
        Assert.Equal((0, "Completed"), (done.ExitCode, done.Reason));
        var greedy = CriClient.Script("greedy", "tail /dev/zero");
        greedy.Linux.Resources = new() { MemoryLimitInBytes = 16 << 20, MemorySwapLimitInBytes = 16 << 20 };
        var killed = await client.Ended(await client.Start(sandbox, pod, greedy));
        Assert.Equal((137, "OOMKilled"), (killed.ExitCode, killed.Reason));
        var wrong = CriClient.Script("wrong", "");
        wrong.Command.Clear();
        wrong.Command.Add("no-such-command");
        var id = await client.Create(sandbox, pod, wrong);
        Assert.Contains("no-such-command", (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.StartContainerAsync(new() { ContainerId = id }))).Status.Detail, StringComparison.Ordinal);
        Assert.Equal(ContainerState.ContainerExited, (await client.Status(id)).State);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Security_context_reaches_the_process()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("security");
        var sandbox = await client.Run(pod);
        async Task<string> Printed(string name, string script, Action<LinuxContainerSecurityContext> change)
        {
            var config = CriClient.Script(name, "sleep 1000");
            change(config.Linux.SecurityContext);
            var id = await client.Start(sandbox, pod, config);
            return (await client.Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { "sh", "-c", script } })).Stdout.ToStringUtf8();
        }

        Assert.Equal("uid=1000 gid=1001 groups=1001,2002\n", (await Printed("user", "id", context => (context.RunAsUser, context.RunAsGroup, _) = (new() { Value = 1000 }, new() { Value = 1001 }, Add(context.SupplementalGroups, 2002)))).Replace("groups=2002,1001", "groups=1001,2002", StringComparison.Ordinal));
        Assert.Equal("0\n", await Printed("byname", "id -u", context => context.RunAsUsername = "root"));
        Assert.Equal("readonly\n", await Printed("readonly", "touch /new 2>/dev/null || echo readonly", context => context.ReadonlyRootfs = true));
        Assert.Equal("NoNewPrivs:\t1\n", await Printed("nonew", "grep NoNewPrivs /proc/self/status", context => context.NoNewPrivs = true));
        Assert.Equal("Seccomp:\t0\n", await Printed("unconfined", "grep Seccomp: /proc/self/status", _ => { }));
        Assert.Equal("Seccomp:\t2\n", await Printed("confined", "grep Seccomp: /proc/self/status", context => context.Seccomp = new() { ProfileType = ProfileType.RuntimeDefault }));
        Assert.Equal("0\n", await Printed("masked", "wc -c < /proc/cpuinfo", context => context.MaskedPaths.Add("/proc/cpuinfo")));
        Assert.Equal("protected\n", await Printed("protected", "echo 1 2>/dev/null > /proc/sys/kernel/printk || echo protected", context => context.ReadonlyPaths.Add("/proc/sys")));
        Assert.Contains("/dev/kmsg", await Printed("privileged", "ls /dev/kmsg", context => context.Privileged = true), StringComparison.Ordinal);
        Assert.Equal("CapEff:\t0000000000000400\n", await Printed("ambient", "grep CapEff /proc/self/status", context => (context.RunAsUser, context.Capabilities) = (new() { Value = 1000 }, new() { AddAmbientCapabilities = { "NET_BIND_SERVICE" } })));
        Assert.Equal("CapBnd:\t0000000000000080\n", await Printed("dropped", "grep CapBnd /proc/self/status", context => context.Capabilities = new() { DropCapabilities = { "ALL" }, AddCapabilities = { "SETUID" } }));
        var status = (await client.Runtime.ListContainersAsync(new() { Filter = new() { PodSandboxId = sandbox } })).Containers.Single(one => one.Metadata.Name == "user");
        Assert.Equal((1000, 1001), ((await client.Status(status.Id)).User.Linux.Uid, (await client.Status(status.Id)).User.Linux.Gid));
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Mounts_devices_and_images_as_volumes_are_there()
    {
        using var client = new CriClient(engine);
        var image = await client.Pull();
        var pod = client.Pod("mounts");
        var sandbox = await client.Run(pod);
        var folder = Directory.CreateDirectory(Path.Combine(engine.Root, "mounted")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "note"), "of the host\n");
        var config = CriClient.Script("main", "sleep 1000");
        config.Mounts.Add(new Mount { ContainerPath = "/host", HostPath = folder });
        config.Mounts.Add(new Mount { ContainerPath = "/made", HostPath = Path.Combine(folder, "not/there/yet") });
        config.Mounts.Add(new Mount { ContainerPath = "/fixed", HostPath = folder, Readonly = true, RecursiveReadOnly = true });
        config.Mounts.Add(new Mount { ContainerPath = "/image", Readonly = true, Image = new() { Image = image } });
        config.Mounts.Add(new Mount { ContainerPath = "/part", Readonly = true, Image = new() { Image = image }, ImageSubPath = "etc" });
        config.Devices.Add(new Device { HostPath = "/dev/zero", ContainerPath = "/dev/handed", Permissions = "r" });
        var id = await client.Start(sandbox, pod, config);
        Assert.Equal("of the host\n", await client.Exec(id, "cat", "/host/note"));
        Assert.Equal("refused\n", await client.Exec(id, "sh", "-c", "touch /fixed/new 2>/dev/null || echo refused"));
        Assert.Equal("run\nbusybox\nrefused\n", await client.Exec(id, "sh", "-c", "/image/bin/busybox echo run; ls /image/bin | grep -x busybox; touch /image/new 2>/dev/null || echo refused"));
        Assert.Contains("passwd", await client.Exec(id, "ls", "/part"), StringComparison.Ordinal);
        Assert.Equal("1\n", await client.Exec(id, "sh", "-c", "head -c 1 /dev/handed | wc -c"));
        Assert.Equal("", await client.Exec(id, "ls", "/made"));
        Assert.True(Directory.Exists(Path.Combine(folder, "not/there/yet")));
        Assert.Equal(5, (await client.Status(id)).Mounts.Count);
        async Task<string> Refused(Mount mount)
        {
            var bad = CriClient.Script("bad", "true");
            bad.Mounts.Add(mount);
            return (await Assert.ThrowsAsync<RpcException>(async () => await client.Create(sandbox, pod, bad))).Status.Detail;
        }

        Assert.Contains("is not there and cannot be made", await Refused(new() { ContainerPath = "/x", HostPath = Path.Combine(folder, "note/below") }), StringComparison.Ordinal);
        Assert.Contains("is no absolute path", await Refused(new() { ContainerPath = "/x", HostPath = "nowhere" }), StringComparison.Ordinal);
        Assert.Contains("no such file or directory", await Refused(new() { ContainerPath = "/x", Readonly = true, Image = new() { Image = image }, ImageSubPath = "nothing" }), StringComparison.Ordinal);
        Assert.Contains("an image is mounted readonly only", await Refused(new() { ContainerPath = "/x", Image = new() { Image = image } }), StringComparison.Ordinal);
        Assert.Contains("are the sandbox's own, or none", await Refused(new() { ContainerPath = "/x", HostPath = folder, UidMappings = { new IDMapping() } }), StringComparison.Ordinal);
        Assert.Single((await client.Runtime.ListContainersAsync(new() { Filter = new() { PodSandboxId = sandbox } })).Containers);
        await client.Remove(sandbox);
        Assert.DoesNotContain(id, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_are_given_by_the_names_that_their_vendors_describe()
    {
        await using var own = await Engine.Start();
        var (specs, note) = (Directory.CreateDirectory(Path.Combine(own.Root, "cdi")).FullName, Path.Combine(own.Root, "hook-ran"));
        await File.AppendAllTextAsync(Path.Combine(own.Root, "config.yaml"), $"cdiSpecDirs: [{specs}]\n");
        await own.Kill();
        await own.Launch();
        var hook = Path.Combine(own.Root, "hook");
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\ncat > {note}\n");
        File.SetUnixFileMode(hook, (UnixFileMode)0x1ED);
        await File.WriteAllTextAsync(Path.Combine(specs, "vendor.json"), $$"""
            {"cdiVersion":"0.6.0","kind":"vendor.com/thing","devices":[
              {"name":"one","containerEdits":{"env":["THING=one"],"deviceNodes":[{"path":"/dev/thing","type":"c","major":1,"minor":5,"fileMode":420}],"additionalGids":[4321],
               "mounts":[{"hostPath":"{{specs}}","containerPath":"/described","options":["ro","rbind"]}],"hooks":[{"hookName":"createRuntime","path":"{{hook}}","args":["hook"]}]} },
              {"name":"two","containerEdits":{"env":["OTHER=two"]} }]}
            """);
        using var client = new CriClient(own);
        await client.Pull();
        var pod = client.Pod("cdi");
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "sleep 1000");
        config.CDIDevices.Add(new CDIDevice { Name = "vendor.com/thing=one" });
        config.Annotations["cdi.k8s.io/plugin"] = "vendor.com/thing=two";
        var id = await client.Start(sandbox, pod, config);
        Assert.Equal("one two\n", await client.Exec(id, "sh", "-c", "echo $THING $OTHER"));
        Assert.Equal("4\n", await client.Exec(id, "sh", "-c", "head -c 4 /dev/thing | wc -c"));
        Assert.Equal("vendor.json\n", await client.Exec(id, "ls", "/described"));
        Assert.Contains("4321", await client.Exec(id, "id", "-G"), StringComparison.Ordinal);
        Assert.Contains(id, await File.ReadAllTextAsync(note), StringComparison.Ordinal);
        Assert.Empty((await client.Status(id)).Mounts);
        var unknown = CriClient.Script("unknown", "true");
        unknown.CDIDevices.Add(new CDIDevice { Name = "vendor.com/thing=nine" });
        Assert.Contains("unresolvable CDI devices vendor.com/thing=nine", (await Assert.ThrowsAsync<RpcException>(async () => await client.Create(sandbox, pod, unknown))).Status.Detail, StringComparison.Ordinal);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Limits_are_changed_and_what_is_used_is_told()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("limits");
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "echo written > /file; while :; do :; done");
        config.Linux.Resources = new() { MemoryLimitInBytes = 64 << 20, CpuPeriod = 100000, CpuQuota = 20000, CpuShares = 128 };
        var id = await client.Start(sandbox, pod, config);
        await client.Runtime.UpdateContainerResourcesAsync(new() { ContainerId = id, Linux = new() { MemoryLimitInBytes = 96 << 20 } });
        var resources = (await client.Status(id)).Resources.Linux;
        Assert.Equal((96 << 20, 20000, 128), (resources.MemoryLimitInBytes, resources.CpuQuota, resources.CpuShares));
        Assert.Equal($"{96 << 20}\n", await client.Exec(id, "cat", File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup/memory.max" : "/sys/fs/cgroup/memory/memory.limit_in_bytes"));
        await Engine.Eventually(async () => (await client.Runtime.ContainerStatsAsync(new() { ContainerId = id })).Stats is { Cpu.UsageNanoCores.Value: > 50_000_000, Memory.WorkingSetBytes.Value: > 0, WritableLayer.UsedBytes.Value: 8 }, "its use is told", TimeSpan.FromSeconds(10));
        Assert.Equal(id, (await client.Runtime.ListContainerStatsAsync(new() { Filter = new() { PodSandboxId = sandbox } })).Stats.Single().Attributes.Id);
        var ofPod = (await client.Runtime.PodSandboxStatsAsync(new() { PodSandboxId = sandbox })).Stats.Linux;
        Assert.True(ofPod.Process.ProcessCount.Value >= 2 && ofPod.Network.DefaultInterface.Name == "eth0" && ofPod.Containers.Count == 1);
        Assert.Single((await client.Runtime.ListPodSandboxStatsAsync(new() { Filter = new() { Id = sandbox } })).Stats);
        var known = (await client.Runtime.ListMetricDescriptorsAsync(new())).Descriptors.ToDictionary(descriptor => descriptor.Name, descriptor => descriptor.LabelKeys.Count);
        var metrics = (await client.Runtime.ListPodSandboxMetricsAsync(new())).PodMetrics.Single(one => one.PodSandboxId == sandbox);
        var told = metrics.Metrics.Concat(metrics.ContainerMetrics.Single().Metrics).Select(metric => metric.Name).ToHashSet();
        string[] ofDevices = ["container_blkio_device_usage_total", "container_hugetlb_usage_bytes", "container_hugetlb_max_usage_bytes"]; // One for each that the machine has.
        Assert.Equal([], known.Keys.Except(told).Except(ofDevices));
        Assert.Superset(new HashSet<string>(["container_fs_reads_total", "container_pressure_memory_waiting_seconds_total", "container_ulimits_soft", .. ofDevices]), known.Keys.ToHashSet());
        Assert.True(metrics.ContainerMetrics.Single().Metrics.Single(metric => metric.Name == "container_ulimits_soft").Value.Value > 0);
        Assert.All(metrics.Metrics.Concat(metrics.ContainerMetrics.Single().Metrics), metric => Assert.Equal(known[metric.Name], metric.LabelValues.Count));
        await client.Runtime.UpdatePodSandboxResourcesAsync(new() { PodSandboxId = sandbox });
        Assert.Contains("CRIU", (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.CheckpointContainerAsync(new() { ContainerId = id, Location = "/tmp/x" }))).Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.CheckpointContainerAsync(new() { ContainerId = id, Location = "x" }))).StatusCode);
        Assert.False(File.Exists("/tmp/x"));
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Log_goes_on_in_a_new_file_after_it_was_rotated()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("logs");
        var sandbox = await client.Run(pod);
        var id = await client.Start(sandbox, pod, CriClient.Script("main", "while :; do echo tick; sleep 0.05; done"));
        var log = (await client.Status(id)).LogPath;
        Assert.Equal(Path.Combine(pod.LogDirectory, "main.log"), log);
        await Engine.Eventually(() => Task.FromResult(File.Exists(log) && new FileInfo(log).Length > 0), "it writes", TimeSpan.FromSeconds(5));
        File.Move(log, $"{log}.old");
        await client.Runtime.ReopenContainerLogAsync(new() { ContainerId = id });
        Assert.True(File.Exists(log));
        await Engine.Eventually(() => Task.FromResult(File.Exists(log) && new FileInfo(log).Length > 0), "it writes to the new file", TimeSpan.FromSeconds(5));
        await client.Runtime.StopContainerAsync(new() { ContainerId = id });
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.ReopenContainerLogAsync(new() { ContainerId = id }))).StatusCode);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Events_tell_what_happens_with_how_the_pod_stands()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var call = client.Runtime.GetContainerEvents(new(), cancellationToken: over.Token);
        await call.ResponseHeadersAsync;
        var pod = client.Pod("events");
        var sandbox = await client.Run(pod);
        var id = await client.Start(sandbox, pod, CriClient.Script("main", "exit 4"));
        await client.Ended(id);
        await client.Runtime.RemoveContainerAsync(new() { ContainerId = id });
        await client.Remove(sandbox);
        var seen = new List<string>();
        await foreach (var happened in call.ResponseStream.ReadAllAsync(over.Token))
        {
            Assert.True(happened.CreatedAt > 0);
            seen.Add(string.Create(CultureInfo.InvariantCulture, $"{(happened.ContainerId == sandbox ? "sandbox" : "container")} {happened.ContainerEventType}"));
            if (happened.ContainerEventType == ContainerEventType.ContainerStoppedEvent && happened.ContainerId == id)
            {
                Assert.Equal(4, happened.ContainersStatuses.Single().ExitCode);
                Assert.Equal(PodSandboxState.SandboxReady, happened.PodSandboxStatus.State);
            }

            if (seen[^1] == "sandbox ContainerDeletedEvent")
            {
                break;
            }
        }

        Assert.Equal(
            ["sandbox ContainerStartedEvent", "container ContainerCreatedEvent", "container ContainerStartedEvent", "container ContainerStoppedEvent", "container ContainerDeletedEvent", "sandbox ContainerStoppedEvent", "sandbox ContainerDeletedEvent"],
            seen);
    }

    [Fact]
    public async Task Deadline_ends_the_waiting_and_nothing_else()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("deadline");
        var sandbox = await client.Run(pod);
        var id = await client.Start(sandbox, pod, CriClient.Script("main", "trap '' TERM; while :; do sleep 0.1; done"));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.StopContainerAsync(new() { ContainerId = id, Timeout = 60 }, deadline: DateTime.UtcNow.AddSeconds(1)))).StatusCode);
        Assert.Equal(ContainerState.ContainerRunning, (await client.Status(id)).State);
        await client.Runtime.StopContainerAsync(new() { ContainerId = id, Timeout = 0 });
        Assert.Equal(137, (await client.Status(id)).ExitCode);
        await client.Remove(sandbox);
    }

    private static bool Add(ICollection<long> groups, long group)
    {
        groups.Add(group);
        return true;
    }
}
