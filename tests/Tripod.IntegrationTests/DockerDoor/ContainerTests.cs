using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor;

/// <summary>The life of a container by the real docker CLI.</summary>
public sealed class ContainerTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Container_is_created_started_stopped_and_removed()
    {
        var id = (await engine.Docker("create", "--name", "life", "busybox", "sh", "-c", "trap 'exit 4' TERM; echo ready; while :; do sleep 0.1; done")).Trim();
        Assert.Equal("created", await Inspect("life", "{{.State.Status}}"));
        Assert.Equal("life", (await engine.Docker("start", "life")).Trim());
        await Engine.Eventually(async () => (await engine.Docker("logs", "life")).Contains("ready", StringComparison.Ordinal), "it is ready", TimeSpan.FromSeconds(10));
        Assert.StartsWith("Up ", await engine.Docker("ps", "--filter", $"id={id[..8]}", "--format", "{{.Status}}"), StringComparison.Ordinal);
        Assert.Contains("cannot remove container \"life\": container is running", (await engine.TryDocker("rm", "life")).Error, StringComparison.Ordinal);
        await engine.Docker("stop", "life");
        Assert.Equal("exited 4", await Inspect(id[..12], "{{.State.Status}} {{.State.ExitCode}}"));
        Assert.Equal("4", (await engine.Docker("wait", "life")).Trim());
        await engine.Docker("rename", "life", "second");
        await engine.Docker("restart", "-t", "0", "second");
        Assert.Equal("running", await Inspect("second", "{{.State.Status}}"));
        await engine.Docker("rm", "-f", "second");
        Assert.Contains("No such container: second", (await engine.TryDocker("start", "second")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_is_one_containers()
    {
        var id = (await engine.Docker("create", "--name", "only", "busybox", "true")).Trim();
        var refused = await engine.TryDocker("create", "--name", "only", "busybox", "true");
        Assert.Contains($"Conflict. The container name \"/only\" is already in use by container \"{id}\"", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Invalid container name (a b)", (await engine.TryDocker("create", "--name", "a b", "busybox", "true")).Error, StringComparison.Ordinal);
        var two = await Task.WhenAll(engine.TryDocker("create", "--name", "raced", "busybox", "true"), engine.TryDocker("create", "--name", "raced", "busybox", "true"));
        Assert.Single(two, made => made.ExitCode == 0);
        await engine.Docker("rm", "only", "raced");
    }

    [Fact]
    public async Task Run_carries_exit_codes_streams_and_input()
    {
        var done = await engine.TryDocker("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7");
        Assert.Equal((7, "out\n", "err\n"), (done.ExitCode, done.Output, done.Error));
        Assert.Equal("hello\n", (await engine.DockerShell("echo hello | docker run --rm -i busybox cat")).Output);
        Assert.Equal("20000000\n", (await engine.DockerShell("head -c 20000000 /dev/zero | docker run --rm -i busybox sh -c 'cat | wc -c'")).Output);
        Assert.Equal("20000000\n", (await engine.DockerShell("docker run --rm busybox head -c 20000000 /dev/zero | wc -c")).Output);
        Assert.Equal(127, (await engine.TryDocker("run", "--rm", "busybox", "nosuchcommand")).ExitCode);
        var terminal = await engine.DockerShell("script -eqc 'docker run --rm -it busybox sh -c \"tty; exit 3\"' /dev/null");
        Assert.Equal(3, terminal.ExitCode);
        Assert.Contains("/dev/pts/0", terminal.Output, StringComparison.Ordinal);
        Assert.Equal("", await engine.Docker("ps", "-aq", "--filter", "ancestor=busybox", "--filter", "status=exited", "--filter", "label=none"));
    }

    [Fact]
    public async Task Exec_carries_exit_codes_streams_and_input()
    {
        await engine.Docker("run", "-d", "--name", "exec", "-e", "A=1", "busybox", "sleep", "1000");
        Assert.Equal("hello\n", (await engine.DockerShell("echo hello | docker exec -i exec cat")).Output);
        var done = await engine.TryDocker("exec", "-e", "B=2", "-w", "/tmp", "-u", "1:2", "exec", "sh", "-c", "echo $A$B; pwd >&2; id -u; exit 5");
        Assert.Equal((5, "12\n1\n", "/tmp\n"), (done.ExitCode, done.Output, done.Error));
        Assert.Equal(127, (await engine.TryDocker("exec", "exec", "nosuchcommand")).ExitCode);
        Assert.Contains("CapEff:\t00000000", await engine.Docker("exec", "-u", "1", "exec", "grep", "CapEff", "/proc/self/status"), StringComparison.Ordinal);
        await engine.Docker("exec", "-d", "exec", "touch", "/detached");
        await Engine.Eventually(async () => (await engine.TryDocker("exec", "exec", "test", "-e", "/detached")).ExitCode == 0, "the detached command ran", TimeSpan.FromSeconds(10));
        Assert.Contains("sleep 1000", await engine.Docker("top", "exec"), StringComparison.Ordinal);
        await engine.Docker("rm", "-f", "exec");
    }

    [Fact]
    public async Task Two_hundred_short_execs_leave_nothing()
    {
        await engine.Docker("run", "-d", "--name", "many", "busybox", "sleep", "1000");
        var before = Directory.GetFiles($"/proc/{engine.Pid}/fd").Length;
        var done = await engine.DockerShell("for i in $(seq 25); do for j in 1 2 3 4 5 6 7 8; do docker exec many true & done; wait; done");
        Assert.Equal((0, ""), (done.ExitCode, done.Error));
        await Engine.Eventually(() => Task.FromResult(Directory.GetFiles($"/proc/{engine.Pid}/fd").Length < before + 20), "the fds are closed", TimeSpan.FromSeconds(10));
        Assert.Equal(2, (await engine.Docker("top", "many")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await engine.Docker("rm", "-f", "many");
    }

    [Fact]
    public async Task Flags_of_run_reach_the_container()
    {
        var printed = await engine.Docker(
            "run", "--rm", "--name", "flags", "--hostname", "front", "--add-host", "db:10.1.2.3", "--dns", "9.9.9.9", "-e", "A=b", "-w", "/tmp", "-u", "1000:1001", "--cap-drop", "ALL", "--read-only", "--tmpfs", "/t:size=1m",
            "--ulimit", "nofile=100:200", "--label", "x=y", "--sysctl", "net.ipv4.ip_default_ttl=33", "--shm-size", "1m", "--group-add", "100", "--pids-limit", "40", "--init", "busybox",
            "sh", "-c", "hostname; grep db /etc/hosts; cat /etc/resolv.conf; echo $A; pwd; id; ulimit -n; touch /no 2>/dev/null || echo readonly; touch /t/yes && echo tmpfs; cat /proc/sys/net/ipv4/ip_default_ttl; df /dev/shm | tail -1; cat /proc/1/comm");
        Assert.Matches(@"^front\n10\.1\.2\.3\tdb\nnameserver 9\.9\.9\.9\nb\n/tmp\nuid=1000 gid=1001 groups=100,1001\n100\nreadonly\ntmpfs\n33\nshm +1024 .*\ndocker-init\n$", printed);
        Assert.Equal("entry point\n", await engine.Docker("run", "--rm", "--entrypoint", "echo", "busybox", "entry", "point"));
        Assert.Contains("invalid restart policy", (await engine.TryDocker("create", "--restart", "sometimes", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("Minimum memory limit allowed is 6MB", (await engine.TryDocker("create", "--memory", "1m", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("Range of blkio weight is from 10 to 1000", (await engine.TryDocker("create", "--blkio-weight", "5", "busybox")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Published_ports_answer_and_belong_to_one_container()
    {
        var port = Engine.FreePort();
        await engine.Docker("run", "-d", "--name", "web", "-p", $"{port}:80", "-p", "8081/udp", "busybox", "sh", "-c", "echo it works > /index.html; httpd -f -p 80 -h /");
        await Engine.Eventually(async () => (await Engine.Http(port, "/index.html"))?.Contains("it works", StringComparison.Ordinal) == true, "the port answers", TimeSpan.FromSeconds(10));
        Assert.Equal($"80/tcp -> 0.0.0.0:{port}", (await engine.Docker("port", "web", "80")).Trim().Replace("0.0.0.0", "80/tcp -> 0.0.0.0", StringComparison.Ordinal));
        Assert.Matches(@"^0\.0\.0\.0:\d+$", (await engine.Docker("port", "web", "8081/udp")).Trim());
        var taken = await engine.TryDocker("run", "-d", "--name", "late", "-p", $"{port}:80", "busybox", "sleep", "100");
        Assert.Equal(125, taken.ExitCode);
        Assert.Contains("driver failed programming external connectivity", taken.Error, StringComparison.Ordinal);
        Assert.Equal("created", await Inspect("late", "{{.State.Status}}"));
        await engine.Docker("rm", "-f", "web");
        await engine.Docker("start", "late");
        await engine.Docker("rm", "-f", "late");
    }

    [Fact]
    public async Task Restart_policy_brings_a_container_back_and_a_user_ends_it()
    {
        await engine.Docker("run", "-d", "--name", "again", "--restart", "on-failure:2", "busybox", "sh", "-c", "exit 9");
        await Engine.Eventually(async () => await Inspect("again", "{{.RestartCount}} {{.State.Status}}") == "2 exited", "it was restarted twice", TimeSpan.FromSeconds(10));
        await engine.Docker("run", "-d", "--name", "always", "--restart", "always", "busybox", "sleep", "1000");
        Command.Signal(int.Parse(await Inspect("always", "{{.State.Pid}}"), System.Globalization.CultureInfo.InvariantCulture), "KILL");
        await Engine.Eventually(async () => await Inspect("always", "{{.RestartCount}} {{.State.Status}}") == "1 running", "it is back", TimeSpan.FromSeconds(10));
        await engine.Docker("stop", "-t", "0", "always");
        Assert.Equal("exited", await Inspect("always", "{{.State.Status}}"));
        await engine.Docker("rm", "again", "always");
    }

    [Fact]
    public async Task Health_check_tells_of_itself()
    {
        await engine.Docker("run", "-d", "--name", "well", "--health-cmd", "test -e /well", "--health-interval", "100ms", "--health-retries", "2", "busybox", "sleep", "1000");
        await Engine.Eventually(async () => await Inspect("well", "{{.State.Health.Status}}") == "unhealthy", "it is unhealthy", TimeSpan.FromSeconds(10));
        await engine.Docker("exec", "well", "touch", "/well");
        await Engine.Eventually(async () => (await engine.Docker("ps", "--filter", "health=healthy", "--format", "{{.Names}} {{.Status}}")).StartsWith("well Up", StringComparison.Ordinal), "it is healthy", TimeSpan.FromSeconds(10));
        Assert.Contains("health_status: healthy", await engine.Docker("events", "--since", "60s", "--until", DateTime.UtcNow.ToString("O"), "--filter", "container=well"), StringComparison.Ordinal);
        await engine.Docker("rm", "-f", "well");
    }

    [Fact]
    public async Task Paused_container_stands_still()
    {
        await engine.Docker("run", "-d", "--name", "still", "busybox", "sleep", "1000");
        await engine.Docker("pause", "still");
        Assert.Equal("paused", await Inspect("still", "{{.State.Status}}"));
        Assert.Contains("is paused, unpause the container before exec", (await engine.TryDocker("exec", "still", "true")).Error, StringComparison.Ordinal);
        await engine.Docker("unpause", "still");
        await engine.Docker("exec", "still", "true");
        await engine.Docker("pause", "still");
        await engine.Docker("rm", "-f", "still");
    }

    [Fact]
    public async Task Limits_are_set_and_changed()
    {
        await engine.Docker("run", "-d", "--name", "small", "--memory", "64m", "--cpus", "0.5", "busybox", "sleep", "1000");
        Assert.Equal("67108864 500000000", await Inspect("small", "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}"));
        Assert.Contains("64MiB", await engine.Docker("stats", "--no-stream", "--format", "{{.MemUsage}}", "small"), StringComparison.Ordinal);
        await engine.Docker("update", "--memory", "128m", "--memory-swap", "-1", "--restart", "always", "small");
        Assert.Contains("128MiB", await engine.Docker("stats", "--no-stream", "--format", "{{.MemUsage}}", "small"), StringComparison.Ordinal);
        Assert.Equal("always", await Inspect("small", "{{.HostConfig.RestartPolicy.Name}}"));
        await engine.Docker("rm", "-f", "small");
        var killed = await engine.TryDocker("run", "--name", "greedy", "--memory", "16m", "--memory-swap", "16m", "busybox", "sh", "-c", "tail /dev/zero");
        Assert.Equal(137, killed.ExitCode);
        Assert.Equal("true", await Inspect("greedy", "{{.State.OOMKilled}}"));
        await engine.Docker("rm", "greedy");
    }

    [Fact]
    public async Task Files_are_copied_both_ways()
    {
        var folder = Directory.CreateDirectory(Path.Combine(engine.Root, "copied")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "content");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/etc/passwd");
        await engine.Docker("run", "-d", "--name", "copy", "-v", "copied:/volume", "busybox", "sleep", "1000");
        await engine.Docker("cp", folder, "copy:/volume/in");
        Assert.Equal("content", await engine.Docker("exec", "copy", "cat", "/volume/in/file"));
        await engine.Docker("exec", "copy", "sh", "-c", "ln -s / /volume/out; mkdir /own; echo x > /own/y");
        await engine.Docker("cp", "copy:/volume/in/.", Path.Combine(folder, "back"));
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(folder, "back", "file")));
        await engine.Docker("cp", Path.Combine(folder, "file"), "copy:/volume/out/inside");
        Assert.False(File.Exists("/inside"));
        Assert.Equal("content", await engine.Docker("exec", "copy", "cat", "/inside"));
        await engine.Docker("stop", "-t", "0", "copy");
        await engine.Docker("cp", "copy:/own", folder);
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(folder, "own", "y")));
        Assert.Contains("Could not find the file /nowhere", (await engine.TryDocker("cp", "copy:/nowhere", folder)).Error, StringComparison.Ordinal);
        await engine.Docker("rm", "copy");
        await engine.Docker("volume", "rm", "copied");
    }

    [Fact]
    public async Task Containers_outlive_the_engine_and_policies_act_at_its_start()
    {
        await using var own = await Engine.Start();
        await own.Docker("run", "-d", "--name", "on", "busybox", "sleep", "1000");
        await own.Docker("run", "-d", "--name", "always", "--restart", "always", "busybox", "sleep", "1000");
        await own.Docker("run", "-d", "--name", "gone", "--rm", "busybox", "sleep", "1000");
        var before = await own.Docker("inspect", "on", "--format", "{{.Id}} {{.State.Pid}} {{.NetworkSettings.IPAddress}}");
        var (always, gone) = (await own.Docker("inspect", "always", "--format", "{{.State.Pid}}"), await own.Docker("inspect", "gone", "--format", "{{.State.Pid}}"));
        await own.Kill();
        Command.Signal(int.Parse(always, System.Globalization.CultureInfo.InvariantCulture), "KILL");
        Command.Signal(int.Parse(gone, System.Globalization.CultureInfo.InvariantCulture), "KILL");
        await own.Launch();
        Assert.Equal(before, await own.Docker("inspect", "on", "--format", "{{.Id}} {{.State.Pid}} {{.NetworkSettings.IPAddress}}"));
        await Engine.Eventually(async () => (await own.Docker("inspect", "always", "--format", "{{.State.Status}}")).Trim() == "running", "the policy holds", TimeSpan.FromSeconds(10));
        await Engine.Eventually(async () => (await own.TryDocker("inspect", "gone")).ExitCode != 0, "--rm holds", TimeSpan.FromSeconds(10));
        Assert.Contains("ping statistics", await own.Docker("exec", "always", "sh", "-c", $"ping -c1 -W1 {before.Trim().Split(' ')[2]}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_of_pods_are_shown_under_the_kubelets_names()
    {
        await engine.Kubectl("run", "shown", "--image=busybox", "--image-pull-policy=IfNotPresent", "--", "sleep", "1000");
        await engine.WaitReady("shown");
        var names = (await engine.Docker("ps", "--filter", "name=shown", "--format", "{{.Names}} {{.Image}}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
        Assert.Matches("^k8s_POD_shown_default_[0-9a-f-]{36}_0 registry.k8s.io/pause:tripod$", names[0]);
        Assert.Matches("^k8s_shown_shown_default_[0-9a-f-]{36}_0 busybox$", names[1]);
        Assert.Equal("hi\n", await engine.Docker("exec", names[1].Split(' ')[0], "echo", "hi"));
        Assert.Contains("kubectl delete pod", (await engine.TryDocker("rm", "-f", names[0].Split(' ')[0])).Error, StringComparison.Ordinal);

        // Whoever likes may look into a pod from a container beside it.
        Assert.Contains("127.0.0.1", await engine.Docker("run", "--rm", "--net", $"container:{names[0].Split(' ')[0]}", "busybox", "ip", "addr"), StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "shown", "--now");
    }

    private async Task<string> Inspect(string name, string format) => (await engine.Docker("inspect", name, "--format", format)).Trim();
}
