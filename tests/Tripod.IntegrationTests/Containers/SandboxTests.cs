using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;
using Xunit;
using static Tripod.IntegrationTests.Containers.TestRuntime;

namespace Tripod.IntegrationTests.Containers;

/// <summary>What containers of one sandbox share, and what becomes of a sandbox that is asked for, stopped and removed.</summary>
public sealed class SandboxTests
{
    [Fact]
    public async Task Containers_of_a_pod_share_network_ipc_and_hostname_but_neither_processes_nor_root()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var first = await test.Start(pod.Id, Shell("first", "echo secret > /only-mine; echo shared > /dev/shm/note; echo pid $$; httpd -f -p 8080"));
        await test.Says(first, "pid 1");
        var (_, output) = await test.Sh(pod.Id, "hostname; cat /dev/shm/note; ls /only-mine; ps -o comm | grep -cx httpd; nc -w 2 127.0.0.1 8080 </dev/null && echo connected; cat /etc/hostname");
        Assert.Equal($"{pod.Config.Hostname}\nshared\nls: /only-mine: No such file or directory\n0\nconnected\n{pod.Config.Hostname}\n", output);
    }

    [Fact]
    public async Task A_removed_pod_leaves_nothing()
    {
        await using var test = await Open();
        var pod = await test.RunPod(config => config with { Ports = [new("tcp", Engine.FreePort(), 80)], CgroupParent = $"kubepods/burstable/pod{config.Uid}" });
        var one = await test.Start(pod.Id, Shell("one", "sleep 1000"));
        var two = await test.Start(pod.Id, Shell("two", "sleep 1000 & sleep 1000"));
        Assert.NotEmpty(await test.Leftovers(pod.Id));
        await test.Runtime.RemovePodSandbox(pod.Id, CancellationToken.None);
        Assert.Empty(await test.Leftovers(pod.Id));
        Assert.Empty(await test.Leftovers(one));
        Assert.Empty(await test.Leftovers(two));
        Assert.Empty(Cgroups($"*{pod.Config.Uid}*"));
        Assert.Empty(Cgroups($"{test.Options.Name}").SelectMany(Directory.EnumerateDirectories));
        Assert.Empty(test.Runtime.ListPodSandboxes());
        Assert.Empty(test.Runtime.ListAllContainers());
    }

    [Fact]
    public async Task The_same_identity_and_attempt_gets_the_same_sandbox_even_at_once()
    {
        await using var test = await Open();
        var config = test.Pod();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => test.Runtime.RunPodSandbox(config, CancellationToken.None))));
        Assert.Single(answers.Select(answer => answer.Id).Distinct());
        Assert.Single(test.Runtime.ListPodSandboxes());
        var next = await test.Runtime.RunPodSandbox(config with { Attempt = 1 }, CancellationToken.None);
        Assert.NotEqual(answers[0].Id, next.Id);
    }

    [Fact]
    public async Task Every_verb_can_be_asked_again()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var config = Shell("app", "sleep 1000");
        var ids = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => test.Runtime.CreateContainer(pod.Id, config, CancellationToken.None))));
        var id = Assert.Single(ids.Distinct());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => test.Runtime.StartContainer(id, CancellationToken.None))));
        Assert.Equal(ContainerState.Running, test.Status(id).State);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => test.Runtime.StopContainer(id, TimeSpan.Zero, CancellationToken.None))));
        Assert.Equal(137, test.Status(id).ExitCode);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => test.Runtime.RemoveContainer(id, CancellationToken.None))));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => test.Runtime.StopPodSandbox(pod.Id, CancellationToken.None))));
        Assert.Equal(SandboxState.NotReady, test.Runtime.PodSandboxStatus(pod.Id)!.State);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => test.Runtime.RemovePodSandbox(pod.Id, CancellationToken.None))));
        Assert.Null(test.Runtime.PodSandboxStatus(pod.Id));
    }

    [Fact]
    public async Task Pause_that_dies_makes_the_sandbox_not_ready_and_frees_its_host_port()
    {
        await using var test = await Open();
        var port = Engine.FreePort();
        var pod = await test.RunPod(config => config with { Ports = [new("tcp", port, 80)] });
        var events = test.Events();
        Command.Signal(pod.Pid, "KILL");
        await foreach (var happened in events.ReadAllAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token))
        {
            if (happened is { Kind: ContainerEventKind.Stopped } && happened.ContainerId == pod.Id)
            {
                break;
            }
        }

        Assert.Equal(SandboxState.NotReady, test.Runtime.PodSandboxStatus(pod.Id)!.State);
        await test.Runtime.StopPodSandbox(pod.Id, CancellationToken.None);
        await test.Runtime.RunPodSandbox(pod.Config with { Attempt = 1 }, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<RuntimeException>(() => test.Runtime.CreateContainer(pod.Id, Shell("late", "true"), CancellationToken.None));
        Assert.Equal(RuntimeErrorKind.FailedPrecondition, refused.Kind);
    }

    [Fact]
    public async Task A_host_port_that_is_taken_leaves_nothing_half_made()
    {
        await using var test = await Open();
        var port = Engine.FreePort();
        await test.RunPod(config => config with { Ports = [new("tcp", port, 80)] });
        await Assert.ThrowsAsync<RuntimeException>(() => test.RunPod(config => config with { Ports = [new("tcp", port, 80)] }));
        var only = Assert.Single(test.Runtime.ListPodSandboxes());
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(test.Options.Run, "containers")));
        Assert.Equal(SandboxState.Ready, only.State);
    }

    [Fact]
    public async Task Pause_has_no_capability_no_new_privileges_and_a_filter()
    {
        await using var test = await Open();
        var pod = await test.RunPod();
        var status = await File.ReadAllLinesAsync($"/proc/{pod.Pid}/status");
        Assert.Contains("CapBnd:\t0000000000000000", status);
        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        Assert.Contains("Uid:\t65535\t65535\t65535\t65535", status);
    }

    [Fact]
    public async Task Host_namespaces_are_the_hosts()
    {
        await using var test = await Open();
        var pod = await test.RunPod(config => config with { HostNetwork = true, HostPid = true, HostIpc = true });
        Assert.Empty(pod.Addresses);
        var (_, output) = await test.Sh(pod.Id, "for kind in net ipc uts pid; do readlink /proc/self/ns/$kind; done");
        Assert.Equal(string.Concat(((string[])["net", "ipc", "uts", "pid"]).Select(kind => File.ResolveLinkTarget($"/proc/self/ns/{kind}", false)!.Name + "\n")), output);
    }

    [Fact]
    public async Task Sysctls_hold_in_the_pods_network()
    {
        await using var test = await Open();
        var pod = await test.RunPod(config => config with { Sysctls = new Dictionary<string, string> { ["net.ipv4.ip_unprivileged_port_start"] = "77", ["kernel.shmmni"] = "1234" } });
        var (_, output) = await test.Sh(pod.Id, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shmmni");
        Assert.Equal("77\n1234\n", output);
    }

    [Fact]
    public async Task An_orphan_in_a_shared_pid_namespace_dies_with_its_container()
    {
        await using var test = await Open();
        var pod = await test.RunPod(config => config with { SharePid = true });
        var app = await test.Start(pod.Id, Shell("app", "(trap '' TERM; while :; do sleep 1000; done) & echo started; httpd -f -p 80"));
        await test.Says(app, "started");
        var (_, seen) = await test.Sh(pod.Id, "ps -o pid,args");
        Assert.Contains("/pause", seen, StringComparison.Ordinal);
        Assert.Contains("httpd", seen, StringComparison.Ordinal);
        Command.Signal(test.Status(app).Pid, "KILL");
        await test.Ended(app);
        Assert.Equal(137, test.Status(app).ExitCode);
        var (_, after) = await test.Sh(pod.Id, "ps -o comm | grep -cx sleep");
        Assert.Equal("0\n", after);
    }
}
