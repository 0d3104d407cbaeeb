using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Init containers, native sidecars, and which of a pod's containers come back.</summary>
public sealed class InitContainerTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Init_containers_run_one_after_the_other_before_the_app()
    {
        await engine.Apply(Manifests.Of(
            "inits",
            $"""
            terminationGracePeriodSeconds: 1
            volumes: [ {"{"} name: shared, emptyDir: {"{}"} {"}"} ]
            initContainers:
            {Init("one", "echo one >> /shared/log; while [ ! -e /shared/go ]; do sleep 0.05; done")}
            {Init("two", "echo two >> /shared/log")}
            """,
            ("app", $"{Manifests.Sh("echo app >> /shared/log; sleep 100")}\nvolumeMounts: [ {{ name: shared, mountPath: /shared }} ]")));
        var during = await engine.Until("inits", pod => pod.Runs("one"), "the first runs");
        Assert.Equal(("Pending", "PodInitializing", "PodInitializing"), (during.Phase(), during.Waiting("two"), during.Waiting("app")));
        Assert.Equal("containers with incomplete status: [one two]", (string?)during.Condition("Initialized")!["message"]);
        Assert.Contains("Init:0/2", await engine.Kubectl("get", "pod", "inits"), StringComparison.Ordinal);

        await engine.Kubectl("exec", "inits", "-c", "one", "--", "touch", "/shared/go");
        await engine.WaitReady("inits");
        Assert.Equal("one\ntwo\napp\n", await engine.Kubectl("exec", "inits", "-c", "app", "--", "cat", "/shared/log"));
        var after = await engine.Get("pod", "inits");
        Assert.Equal(("Completed", true, "True"), ((string?)after.Ended("two")!["reason"], (bool)after.Container("two")!["ready"]!, after.Holds("Initialized")));
    }

    [Fact]
    public async Task Failing_init_container_backs_off_and_the_app_waits()
    {
        await engine.Apply(Manifests.Of("failing", $"initContainers:\n{Plain("bad", "exit 7")}", ("app", Manifests.Sh("sleep 100"))));
        var pod = await engine.Until("failing", found => found.Waiting("bad") == "CrashLoopBackOff", "it is backed off");
        Assert.Equal((7, "Pending", "PodInitializing"), ((int)pod.EndedBefore("bad")!["exitCode"]!, pod.Phase(), pod.Waiting("app")));
        Assert.Contains("Init:CrashLoopBackOff", await engine.Kubectl("get", "pod", "failing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_init_container_that_may_not_restart_fails_the_pod()
    {
        await engine.Apply(Manifests.Of("failed", $"restartPolicy: Never\ninitContainers:\n{Plain("bad", "exit 7")}", ("app", Manifests.Sh("sleep 100"))));
        var pod = await engine.Until("failed", found => found.Phase() == "Failed", "it failed");
        Assert.Equal(7, (int)pod.Ended("bad")!["exitCode"]!);
        Assert.Equal("PodInitializing", pod.Waiting("app"));
        Assert.Contains("Init:Error", await engine.Kubectl("get", "pod", "failed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sidecar_runs_beside_the_app_and_comes_back_alone()
    {
        await engine.Apply(Manifests.Of(
            "beside",
            $"""
            terminationGracePeriodSeconds: 1
            initContainers:
            {Plain("side", "sleep 1000")}
              restartPolicy: Always
              readinessProbe: {"{"} exec: {"{"} command: [test, "!", -e, /tmp/broken] {"}"}, periodSeconds: 1 {"}"}
            {Plain("after", "true")}
            """,
            ("app", Manifests.Sh("sleep 1000"))));
        await engine.WaitReady("beside");
        Assert.Contains("2/2", await engine.Kubectl("get", "pod", "beside"), StringComparison.Ordinal);

        await engine.Kubectl("exec", "beside", "-c", "side", "--", "touch", "/tmp/broken");
        var unready = await engine.Until("beside", pod => pod.Holds("Ready") == "False", "an unready sidecar makes the pod unready");
        Assert.Equal("containers with unready status: [side]", (string?)unready.Condition("Ready")!["message"]);

        Command.Signal(await Pid("beside", "side"), "KILL");
        var after = await engine.Until("beside", pod => pod.Restarts("side") == 1 && pod.Holds("Ready") == "True", "it is back");
        Assert.Equal((0, 0), (after.Restarts("app"), after.Restarts("after")));
    }

    [Fact]
    public async Task Sidecars_end_after_the_app_the_last_first_and_do_not_keep_a_finished_pod()
    {
        var log = Path.Combine(engine.Root, "order");
        string Side(string name) => $"""
            {Plain(name, $"trap 'echo {name} >> /log/order; exit 0' TERM; while true; do sleep 0.05; done")}
              restartPolicy: Always
              volumeMounts: [ {"{"} name: log, mountPath: /log {"}"} ]
            """;
        Directory.CreateDirectory(log);
        await engine.Apply(Manifests.Of(
            "job",
            $"restartPolicy: Never\nvolumes: [ {{ name: log, hostPath: {{ path: {log} }} }} ]\ninitContainers:\n{Side("a")}\n{Side("b")}",
            ("app", $"{Manifests.Sh("echo app >> /log/order")}\nvolumeMounts: [ {{ name: log, mountPath: /log }} ]")));
        var pod = await engine.Until("job", found => found.Phase() == "Succeeded", "the job is done");
        Assert.Equal("app\nb\na\n", await File.ReadAllTextAsync(Path.Combine(log, "order")));
        Assert.Equal("PodCompleted", (string?)pod.Condition("Ready")!["reason"]);
        Assert.Equal(0, (int)pod.Ended("a")!["exitCode"]!);
    }

    [Fact]
    public async Task Sidecar_must_have_started_before_what_comes_after_it()
    {
        await engine.Apply(Manifests.Of(
            "started",
            $"""
            terminationGracePeriodSeconds: 1
            initContainers:
            {Plain("side", "sleep 1000")}
              restartPolicy: Always
              startupProbe: {"{"} exec: {"{"} command: [test, -e, /tmp/up] {"}"}, periodSeconds: 1, failureThreshold: 100 {"}"}
            """,
            ("app", Manifests.Sh("sleep 1000"))));
        await Engine.Eventually(async () => (await engine.Events("started")).Any(line => line.StartsWith("Unhealthy: Startup probe failed", StringComparison.Ordinal)), "the probe asked", TimeSpan.FromSeconds(20));
        Assert.Equal("PodInitializing", (await engine.Get("pod", "started")).Waiting("app"));
        await engine.Kubectl("exec", "started", "-c", "side", "--", "touch", "/tmp/up");
        await engine.WaitReady("started");
    }

    [Fact]
    public async Task Container_rules_and_policies_overrule_the_pods()
    {
        await engine.Apply(Manifests.Of(
            "rules",
            "restartPolicy: Never\nterminationGracePeriodSeconds: 1",
            ("again", $"{Manifests.Sh("exit 42")}\nrestartPolicy: Never\nrestartPolicyRules: [ {{ action: Restart, exitCodes: {{ operator: In, values: [42] }} }} ]"),
            ("once", $"{Manifests.Sh("exit 3")}\nrestartPolicy: Never\nrestartPolicyRules: [ {{ action: Restart, exitCodes: {{ operator: In, values: [42] }} }} ]"),
            ("always", $"{Manifests.Sh("exit 0")}\nrestartPolicy: Always"),
            ("never", Manifests.Sh("exit 0"))));
        var pod = await engine.Until("rules", found => found.Restarts("again") >= 1 && found.Restarts("always") >= 1 && found.Ended("once") is not null, "two came back");
        Assert.Equal((0, 0, "Running"), (pod.Restarts("once"), pod.Restarts("never"), pod.Phase()));
    }

    [Fact]
    public async Task Dead_pause_means_that_init_containers_run_again()
    {
        await engine.Apply(Manifests.Of(
            "again",
            $"terminationGracePeriodSeconds: 1\nvolumes: [ {{ name: shared, emptyDir: {{}} }} ]\ninitContainers:\n{Init("init", "echo run >> /shared/log")}",
            ("app", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: shared, mountPath: /shared }} ]")));
        await engine.WaitReady("again");
        var id = (string)(await engine.Get("pod", "again")).Container("app")!["containerID"]!;
        Command.Signal(await Pause("again"), "KILL");
        await engine.Until("again", pod => (string?)pod.Container("app")!["containerID"] != id && pod.Holds("Ready") == "True", "it is whole again");
        Assert.Equal("run\nrun\n", await engine.Kubectl("exec", "again", "-c", "app", "--", "cat", "/shared/log"));
    }

    /// <summary>On this machine, of a container's first process.</summary>
    private async Task<int> Pid(string pod, string container)
    {
        var id = ((string)(await engine.Get("pod", pod)).Container(container)!["containerID"]!)["tripod://".Length..];
        return int.Parse(await File.ReadAllTextAsync(Path.Combine(engine.Run, "containers", id, "pid")), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<int> Pause(string pod)
    {
        var uid = (string)(await engine.Get("pod", pod))["metadata"]!["uid"]!;
        var cgroup = Directory.EnumerateDirectories("/sys/fs/cgroup", $"pod{uid}", SearchOption.AllDirectories).First();
        return Directory.EnumerateFiles(cgroup, "cgroup.procs", SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines).Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))
            .First(pid => File.ReadAllText($"/proc/{pid}/comm").Trim() == "pause");
    }

    private static string Init(string name, string script) => $"{Plain(name, script)}\n  volumeMounts: [ {{ name: shared, mountPath: /shared }} ]";

    private static string Plain(string name, string script) => $"- name: {name}\n  image: busybox\n  imagePullPolicy: IfNotPresent\n  {Manifests.Sh(script)}";
}
