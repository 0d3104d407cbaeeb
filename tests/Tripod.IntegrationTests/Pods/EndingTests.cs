using System.Diagnostics;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Hooks, signals, grace, deadlines and last words.</summary>
public sealed class EndingTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Theory]
    [InlineData("exec", "exec: { command: [touch, /tmp/hooked] }")]
    [InlineData("http", "httpGet: { path: /, port: web }")]
    [InlineData("tcp", "tcpSocket: { port: 80 }")]
    [InlineData("sleep", "sleep: { seconds: 1 }")]
    public async Task PostStart_hook_of_every_kind_lets_the_container_run(string name, string hook)
    {
        // The server listens before the hook asks: busybox's httpd is started by another container of the pod.
        await engine.Apply(Manifests.Of(
            $"hook-{name}",
            "terminationGracePeriodSeconds: 1",
            ("server", $"{Manifests.Sh("mkdir /www; echo hi > /www/index.html; exec httpd -f -p 80 -h /www")}\nlifecycle: {{ postStart: {{ exec: {{ command: [sh, -c, \"while ! wget -q -O - http://127.0.0.1/; do sleep 0.05; done\"] }} }} }}"),
            ("main", $"{Manifests.Sh("sleep 1000")}\nports: [ {{ name: web, containerPort: 80 }} ]\nlifecycle: {{ postStart: {{ {hook} }} }}")));
        await engine.WaitReady($"hook-{name}");
        var pod = await engine.Get("pod", $"hook-{name}");
        Assert.Equal((0, 0), (pod.Restarts("server"), pod.Restarts("main")));
        if (name == "exec")
        {
            await engine.Kubectl("exec", "hook-exec", "-c", "main", "--", "test", "-e", "/tmp/hooked");
        }
    }

    [Fact]
    public async Task PostStart_hook_is_over_before_the_next_container_starts()
    {
        await engine.Apply(Manifests.Of(
            "hooked",
            "terminationGracePeriodSeconds: 1\nvolumes: [ { name: shared, emptyDir: {} } ]",
            ("first", $"{Manifests.Sh("sleep 1000")}\nvolumeMounts: [ {{ name: shared, mountPath: /shared }} ]\nlifecycle: {{ postStart: {{ exec: {{ command: [sh, -c, \"sleep 1; echo hook >> /shared/log\"] }} }} }}"),
            ("second", $"{Manifests.Sh("echo second >> /shared/log; sleep 1000")}\nvolumeMounts: [ {{ name: shared, mountPath: /shared }} ]")));
        await engine.Until("hooked", pod => pod.Waiting("first") == "ContainerCreating" && pod["status"]!["podIP"] is not null, "the hook goes on");
        await engine.WaitReady("hooked");
        Assert.Equal("hook\nsecond\n", await engine.Kubectl("exec", "hooked", "-c", "second", "--", "cat", "/shared/log"));
    }

    [Fact]
    public async Task Failed_postStart_hook_kills_the_container()
    {
        await engine.Apply(Manifests.Of("bad-hook", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh("sleep 1000")}\nlifecycle: {{ postStart: {{ exec: {{ command: [sh, -c, \"echo no; exit 9\"] }} }} }}")));
        var pod = await engine.Until("bad-hook", found => found.Waiting("main") == "CrashLoopBackOff" || found.Restarts("main") > 0, "it is started anew");
        Assert.Equal("False", pod.Holds("Ready"));
        var events = await engine.Events("bad-hook");
        Assert.Contains("FailedPostStartHook: PostStartHook failed", events);
        Assert.Contains("Killing: FailedPostStartHook", events);
    }

    [Fact]
    public async Task PreStop_hook_runs_before_the_stop_signal()
    {
        var log = Directory.CreateDirectory(Path.Combine(engine.Root, "prestop")).FullName;
        await engine.Apply(Manifests.Of(
            "prestop",
            $"terminationGracePeriodSeconds: 20\nvolumes: [ {{ name: log, hostPath: {{ path: {log} }} }} ]",
            ("main", $"""
                {Manifests.Sh("trap 'echo term >> /log/order; exit 0' TERM; while true; do sleep 0.05; done")}
                volumeMounts: [ {"{"} name: log, mountPath: /log {"}"} ]
                lifecycle: {"{"} preStop: {"{"} exec: {"{"} command: [sh, -c, "echo hook >> /log/order; sleep 1"] {"}"} {"}"} {"}"}
                """)));
        await engine.WaitReady("prestop");
        await engine.Kubectl("delete", "pod", "prestop");
        Assert.Equal("hook\nterm\n", await File.ReadAllTextAsync(Path.Combine(log, "order")));
    }

    [Fact]
    public async Task Hooks_ask_a_server_by_http_as_they_say_or_only_wait()
    {
        await using var plain = await ProbedServer.Start(tls: false, http2: false);
        await using var secure = await ProbedServer.Start(tls: true, http2: false);
        (plain.IsHealthy, secure.IsHealthy) = (true, true);
        var host = await engine.Kubectl("get", "node", "testnode", "-o", "jsonpath={.status.addresses[0].address}");
        const string Headers = "path: /headers, httpHeaders: [ { name: Host, value: named.example }, { name: X-Probe, value: asked } ]";
        await engine.Apply(Manifests.Of(
            "asking",
            "terminationGracePeriodSeconds: 20",
            ("http", $"{Manifests.Sh("trap 'exit 0' TERM; while true; do sleep 0.1; done")}\nlifecycle: {{ postStart: {{ httpGet: {{ host: {host}, port: {secure.Port}, scheme: HTTPS, {Headers} }} }}, preStop: {{ httpGet: {{ host: {host}, port: {plain.Port}, {Headers} }} }} }}"),
            ("tcp", $"{Manifests.Sh("trap 'exit 0' TERM; while true; do sleep 0.1; done")}\nlifecycle: {{ postStart: {{ tcpSocket: {{ host: {host}, port: {plain.Port} }} }}, preStop: {{ tcpSocket: {{ host: {host}, port: {plain.Port} }} }} }}"),
            ("wait", $"{Manifests.Sh("trap 'exit 0' TERM; while true; do sleep 0.1; done")}\nlifecycle: {{ preStop: {{ sleep: {{ seconds: 2 }} }} }}")));
        await engine.WaitReady("asking");
        Assert.Contains("https named.example /headers asked", secure.Asked);
        var begun = Stopwatch.StartNew();
        await engine.Kubectl("delete", "pod", "asking");
        Assert.InRange(begun.Elapsed.TotalSeconds, 2, 15);
        Assert.Contains("http named.example /headers asked", plain.Asked);
        Assert.DoesNotContain(await engine.Events("asking"), line => line.StartsWith("FailedPreStopHook", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PreStop_hook_that_uses_up_the_grace_leaves_two_seconds_for_the_signal()
    {
        var log = Directory.CreateDirectory(Path.Combine(engine.Root, "late")).FullName;
        await engine.Apply(Manifests.Of(
            "late",
            $"terminationGracePeriodSeconds: 1\nvolumes: [ {{ name: log, hostPath: {{ path: {log} }} }} ]",
            ("main", $"""
                {Manifests.Sh("trap 'sleep 0.5; echo term >> /log/order; exit 0' TERM; while true; do sleep 0.05; done")}
                volumeMounts: [ {"{"} name: log, mountPath: /log {"}"} ]
                lifecycle: {"{"} preStop: {"{"} exec: {"{"} command: [sleep, "60"] {"}"} {"}"} {"}"}
                """)));
        await engine.WaitReady("late");
        var begun = Stopwatch.StartNew();
        await engine.Kubectl("delete", "pod", "late");
        Assert.True(begun.Elapsed < TimeSpan.FromSeconds(10), $"it took {begun.Elapsed}");
        Assert.Equal("term\n", await File.ReadAllTextAsync(Path.Combine(log, "order")));
    }

    [Fact]
    public async Task Failed_preStop_hook_is_told_and_hinders_nothing()
    {
        await engine.Apply(Manifests.Of("bad-stop", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh("exec sleep 1000")}\nlifecycle: {{ preStop: {{ httpGet: {{ path: /, port: 99 }} }} }}")));
        await engine.WaitReady("bad-stop");
        await engine.Kubectl("delete", "pod", "bad-stop");
        Assert.Contains("FailedPreStopHook: PreStopHook failed", await engine.Events("bad-stop"));
    }

    [Fact]
    public async Task Second_delete_with_a_shorter_grace_ends_the_first()
    {
        await engine.Apply(Manifests.Of("stubborn", "terminationGracePeriodSeconds: 600", ("main", Manifests.Sh("trap '' TERM; while true; do sleep 0.05; done"))));
        await engine.WaitReady("stubborn");
        await engine.Kubectl("delete", "pod", "stubborn", "--wait=false");
        await engine.Until("stubborn", pod => pod["metadata"]!["deletionTimestamp"] is not null, "it is on its way");
        await engine.Kubectl("delete", "pod", "stubborn", "--grace-period=1", "--timeout=20s");
    }

    [Fact]
    public async Task Stop_signal_of_the_lifecycle_is_sent()
    {
        var log = Directory.CreateDirectory(Path.Combine(engine.Root, "signal")).FullName;
        await engine.Apply(Manifests.Of(
            "signal",
            $"os: {{ name: linux }}\nterminationGracePeriodSeconds: 20\nvolumes: [ {{ name: log, hostPath: {{ path: {log} }} }} ]",
            ("main", $"{Manifests.Sh("trap 'echo usr1 > /log/got; exit 0' USR1; while true; do sleep 0.05; done")}\nvolumeMounts: [ {{ name: log, mountPath: /log }} ]\nlifecycle: {{ stopSignal: SIGUSR1 }}")));
        await engine.WaitReady("signal");
        await engine.Kubectl("delete", "pod", "signal");
        Assert.Equal("usr1\n", await File.ReadAllTextAsync(Path.Combine(log, "got")));
    }

    [Fact]
    public async Task Last_words_are_read_from_their_file_or_from_the_log()
    {
        const string Fallback = "terminationMessagePolicy: FallbackToLogsOnError";
        await engine.Apply(Manifests.Of(
            "words",
            "restartPolicy: Never",
            ("file", Manifests.Sh("echo said > /dev/termination-log")),
            ("path", $"{Manifests.Sh("echo elsewhere > /tmp/why; exit 2")}\nterminationMessagePath: /tmp/why"),
            ("log", $"{Manifests.Sh("echo logged; exit 2")}\n{Fallback}"),
            ("fine", $"{Manifests.Sh("echo logged")}\n{Fallback}"),
            ("long", Manifests.Sh("head -c 5000 /dev/zero | tr '\\0' 'x' > /dev/termination-log; echo end >> /dev/termination-log"))));
        var pod = await engine.Until("words", found => found.Phase() == "Failed", "all have ended");
        Assert.Equal("said\n", (string?)pod.Ended("file")!["message"]);
        Assert.Equal("elsewhere\n", (string?)pod.Ended("path")!["message"]);
        Assert.Equal("logged\n", (string?)pod.Ended("log")!["message"]);
        Assert.Null(pod.Ended("fine")!["message"]);
        var last = (string)pod.Ended("long")!["message"]!;
        Assert.True(last.Length <= 4096 && last.StartsWith("xxx", StringComparison.Ordinal), $"{last.Length} characters");
    }

    [Fact]
    public async Task Pod_that_is_active_for_too_long_fails()
    {
        await engine.Apply(Manifests.Of("deadline", "activeDeadlineSeconds: 2\nterminationGracePeriodSeconds: 1", ("main", Manifests.Sh("sleep 1000"))));
        await engine.WaitReady("deadline");
        var pod = await engine.Until("deadline", found => found.Phase() == "Failed", "its time is over");
        Assert.Equal("DeadlineExceeded", (string?)pod["status"]!["reason"]);
        Assert.Equal("Pod was active on the node longer than the specified deadline", (string?)pod["status"]!["message"]);
        Assert.NotNull(pod.Ended("main"));
        Assert.Contains("DeadlineExceeded: Pod was active on the node longer than the specified deadline", await engine.Events("deadline"));
    }

    [Theory]
    [InlineData("Never", 0, 0, "Succeeded")]
    [InlineData("Never", 0, 1, "Failed")]
    [InlineData("OnFailure", 0, 1, "Running")]
    [InlineData("OnFailure", 0, 0, "Succeeded")]
    [InlineData("Always", 0, 0, "Running")]
    public async Task Phase_follows_from_every_mix_of_exit_codes(string policy, int one, int other, string phase)
    {
        var name = $"mix-{policy.ToLowerInvariant()}-{one}{other}";
        await engine.Apply(Manifests.Of(name, $"restartPolicy: {policy}\nterminationGracePeriodSeconds: 1", ("one", Manifests.Sh($"exit {one}")), ("other", Manifests.Sh($"exit {other}"))));
        await engine.Until(name, pod => pod.Phase() == phase && (phase != "Running" || pod.Restarts("other") > 0), phase);
        await engine.Kubectl("delete", "pod", name, "--now");
    }
}
