using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Rules by which containers start anew, alone or with all of their pod; and the signal by which they are stopped.</summary>
public sealed class RestartRuleTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private const string Idle = "trap 'exit 0' TERM; while true; do sleep 0.1; done";

    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Container_whose_rule_asks_for_it_starts_the_whole_pod_anew_in_its_sandbox()
    {
        var log = Directory.CreateDirectory(Path.Combine(engine.Root, "anew")).FullName;
        const string Mount = "volumeMounts: [ { name: log, mountPath: /log } ]";
        await engine.Apply(Manifests.Of(
            "anew",
            $$"""
            terminationGracePeriodSeconds: 2
            restartPolicy: Never
            volumes: [ { name: log, hostPath: { path: {{log}} } } ]
            initContainers:
            {{Manifests.Container("first", $"{Manifests.Sh("echo first >> /log/order")}\n{Mount}").Replace("\n  ", "\n", StringComparison.Ordinal)}}
            {{Manifests.Container("sidecar", $"{Manifests.Sh($"echo sidecar >> /log/order; {Idle}")}\nrestartPolicy: Always\n{Mount}").Replace("\n  ", "\n", StringComparison.Ordinal)}}
            """,
            ("main", $"{Manifests.Sh("while [ ! -e /log/end ]; do sleep 0.1; done; rm /log/end; exit 42")}\nrestartPolicy: Never\nrestartPolicyRules: [ {{ action: RestartAllContainers, exitCodes: {{ operator: In, values: [42] }} }} ]\n{Mount}"),
            ("other", $"{Manifests.Sh($"echo other >> /log/order; {Idle}")}\nlifecycle: {{ preStop: {{ exec: {{ command: [sh, -c, \"echo hook >> /log/order\"] }} }} }}\n{Mount}")));
        await engine.WaitReady("anew");
        var before = await engine.Get("pod", "anew");
        Assert.Equal("False", before.Holds("AllContainersRestarting"));
        await File.WriteAllTextAsync(Path.Combine(log, "end"), "", TestContext.Current.CancellationToken);
        var pod = await engine.Until("anew", found => ((string[])["first", "sidecar", "main", "other"]).All(name => found.Restarts(name) == 1) && found.Holds("Ready") == "True", "all are there again");
        Assert.Equal((string?)before["status"]!["podIP"], (string?)pod["status"]!["podIP"]);
        Assert.Equal("False", pod.Holds("AllContainersRestarting"));
        Assert.Equal(42, (int)pod.EndedBefore("main")!["exitCode"]!);
        Assert.Equal(["first", "sidecar", "other", "first", "sidecar", "other"], await File.ReadAllLinesAsync(Path.Combine(log, "order"), TestContext.Current.CancellationToken));
        Assert.DoesNotContain(await engine.Events("anew"), told => told.StartsWith("SandboxChanged", StringComparison.Ordinal));
        await engine.Kubectl("delete", "pod", "anew");
    }

    [Theory]
    [InlineData("restartPolicyRules: [ { action: Restart, exitCodes: { operator: In, values: [1] } } ]", "spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used")]
    [InlineData("restartPolicy: Never\nrestartPolicyRules: [ { action: Stop, exitCodes: { operator: In, values: [1] } } ]", "spec.containers[0].restartPolicyRules[0].action: Unsupported value: \"Stop\": supported values: \"Restart\", \"RestartAllContainers\"")]
    [InlineData("restartPolicy: Never\nrestartPolicyRules: [ { action: Restart } ]", "spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified")]
    [InlineData("restartPolicy: Never\nrestartPolicyRules: [ { action: Restart, exitCodes: { operator: Like, values: [] } } ]", "spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: \"Like\": supported values: \"In\", \"NotIn\"")]
    [InlineData("lifecycle: { stopSignal: SIGUSR1 }", "spec.containers[0].lifecycle.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`")]
    [InlineData("resizePolicy: [ { resourceName: disk, restartPolicy: NotRequired } ]", "spec.containers[0].resizePolicy: Unsupported value: \"disk\": supported values: \"cpu\", \"memory\"")]
    [InlineData("restartPolicy: Never\nresizePolicy: [ { resourceName: cpu, restartPolicy: RestartContainer } ]", "spec.containers[0].resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when `restartPolicy` is 'Never'")]
    public async Task Rule_that_cannot_be_is_refused_in_Kubernetes_words(string fields, string words)
    {
        var path = Path.Combine(engine.Root, $"{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(path, Manifests.Of("refused", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh(Idle)}\n{fields}")), TestContext.Current.CancellationToken);
        var refused = await engine.TryKubectl("create", "-f", path);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_signal_is_the_containers_own_then_its_images_then_SIGTERM()
    {
        await engine.Registry.Push(await TestImages.Variant("quits", image => image.StopSignal("SIGQUIT")), "library/quits:latest");
        const string Traps = "trap 'echo usr1 > /dev/termination-log; exit 0' USR1; trap 'echo quit > /dev/termination-log; exit 0' QUIT; trap 'echo term > /dev/termination-log; exit 0' TERM; while true; do sleep 0.1; done";
        await engine.Apply(Manifests.Of(
            "signals", "terminationGracePeriodSeconds: 20\nos: { name: linux }\nactiveDeadlineSeconds: 1000",
            ("own", $"{Manifests.Sh(Traps)}\nlifecycle: {{ stopSignal: SIGUSR1 }}"), ("images", Manifests.Sh(Traps)), ("usual", Manifests.Sh(Traps)))
            .Replace("- name: images\n    image: busybox", "- name: images\n    image: quits", StringComparison.Ordinal));
        await engine.WaitReady("signals");
        var pod = await engine.Get("pod", "signals");
        Assert.Equal(["SIGUSR1", "SIGQUIT", "SIGTERM"], pod["status"]!["containerStatuses"]!.AsArray().Select(status => (string?)status!["stopSignal"]));
        await engine.Kubectl("patch", "pod", "signals", "--patch", """{ "spec": { "activeDeadlineSeconds": 1 } }""");
        pod = await engine.Until("signals", found => found.Phase() == "Failed", "its time is over");
        Assert.Equal(["usr1\n", "quit\n", "term\n"], pod["status"]!["containerStatuses"]!.AsArray().Select(status => (string?)status!["state"]!["terminated"]!["message"]));
    }
}
