using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Host;

/// <summary>After a boot the pods are there again without anybody's help, as a kubelet has them there.</summary>
public sealed class BootTests
{
    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: two}
        spec:
          terminationGracePeriodSeconds: 0
          initContainers:
          - {name: before, image: busybox, command: [sh, -c, "echo once >> /data/init"], volumeMounts: [{name: data, mountPath: /data}]}
          containers:
          - {name: a, image: busybox, command: [sh, -c, "echo run >> /data/runs; echo written > /tmp/own; sleep 10000"], volumeMounts: [{name: data, mountPath: /data}]}
          - {name: b, image: busybox, command: [sleep, "10000"]}
          volumes: [{name: data, emptyDir: {}}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: done}
        spec:
          restartPolicy: Never
          containers: [{name: a, image: busybox, command: ["true"]}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: never}
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 0
          containers: [{name: a, image: busybox, command: [sleep, "10000"]}]
        """;

    [Fact]
    public async Task Pods_return_after_a_boot_with_address_files_restart_counts_and_events()
    {
        await using var engine = await Engine.StartWith();
        await engine.Apply(Pods);
        await engine.WaitReady("two");
        await engine.WaitReady("never");
        await engine.Until("done", pod => (string?)pod["status"]?["phase"] == "Succeeded", "done has succeeded");
        var (before, ended) = (await engine.Get("pod", "two"), await engine.Get("pod", "done"));
        await engine.Docker("run", "-d", "--name", "alone", "--restart", "always", "busybox", "sleep", "10000");

        await Boot.Simulate(engine);
        await engine.Launch();

        var after = await engine.Until("two", pod => Restarts(pod) is [1, 1] && IsReady(pod), "two runs again", 60);
        Assert.Equal((string?)before["metadata"]!["uid"], (string?)after["metadata"]!["uid"]);
        Assert.Equal((string?)before["status"]!["podIP"], (string?)after["status"]!["podIP"]);
        Assert.Equal((string?)before["status"]!["startTime"], (string?)after["status"]!["startTime"]);
        Assert.All(after["status"]!["containerStatuses"]!.AsArray(), status => Assert.Equal((255, "Unknown"), ((int)status!["lastState"]!["terminated"]!["exitCode"]!, (string?)status["lastState"]!["terminated"]!["reason"])));
        Assert.Contains(await engine.Events("two"), told => told == "SandboxChanged: Pod sandbox changed, it will be killed and re-created.");

        // The volume is the pod's, and init containers run again in a new sandbox, as a kubelet has it.
        Assert.Equal("run\nrun\n", await engine.Kubectl("exec", "two", "-c", "a", "--", "cat", "/data/runs"));
        Assert.Equal("once\nonce\n", await engine.Kubectl("exec", "two", "-c", "a", "--", "cat", "/data/init"));
        await Engine.Eventually(async () => (await engine.Docker("inspect", "--format", "{{.State.Running}}", "alone")).Trim() == "true", "the container that always restarts runs again", TimeSpan.FromSeconds(30));

        // What has ended stays as it was; what may not start again has failed.
        Assert.Equal(ended["status"]!["containerStatuses"]!.ToJsonString(), (await engine.Get("pod", "done"))["status"]!["containerStatuses"]!.ToJsonString());
        Assert.Equal("Failed", (string?)(await engine.Until("never", pod => (string?)pod["status"]?["phase"] == "Failed", "never has failed"))["status"]!["phase"]);
    }

    [Fact]
    public async Task Process_that_has_the_pid_of_a_container_by_now_is_neither_taken_for_it_nor_killed()
    {
        await using var engine = await Engine.StartWith();
        await engine.Apply(Pods);
        await engine.WaitReady("two");
        await Boot.Simulate(engine, bootId: false);
        using var bystander = Process.Start("sleep", "1000");
        try
        {
            // The pid has come round within one boot: only the start time tells. Or it is of another boot, with even the start time alike.
            var ticks = File.ReadAllText($"/proc/{bystander.Id}/stat").Split(") ")[1].Split(' ')[19];
            var count = 0;
            Boot.ChangeRecords(engine, json =>
            {
                var taken = Regex.Replace(json, "\"Pid\":\\d+", string.Create(CultureInfo.InvariantCulture, $"\"Pid\":{bystander.Id}"));
                return count++ % 2 == 0
                    ? taken
                    : Regex.Replace(taken, "\"StartTicks\":\\d+", $"\"StartTicks\":{ticks}").Replace(Boot.CurrentBootId(), "00000000-0000-0000-0000-000000000000", StringComparison.Ordinal);
            });
            await engine.Launch();
            await engine.Until("two", pod => Restarts(pod) is [1, 1] && IsReady(pod), "two runs again", 60);
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task Half_written_files_of_an_engine_that_lost_its_power_are_made_anew()
    {
        await using var engine = await Engine.StartWith();
        await engine.Apply(Pods);
        await engine.WaitReady("two");
        await Boot.Simulate(engine);

        // What was not on the disk yet is empty afterwards; and folders that no record knows are what was begun.
        var state = Path.Combine(engine.Root, "state");
        await File.WriteAllTextAsync(engine.Kubeconfig, "");
        foreach (var certificate in Directory.GetFiles(Path.Combine(state, "pki"), "apiserver*"))
        {
            await File.WriteAllTextAsync(certificate, "");
        }

        var unknown = Directory.CreateDirectory(Path.Combine(state, "containers", "0123456789abcdef", "upper")).Parent!;
        await engine.Launch();
        await engine.Until("two", pod => Restarts(pod) is [1, 1] && IsReady(pod), "two runs again", 60);
        Assert.False(unknown.Exists && Directory.Exists(unknown.FullName));
    }

    private static List<int> Restarts(JsonNode pod) => [.. (pod["status"]?["containerStatuses"]?.AsArray() ?? []).Select(status => (int)status!["restartCount"]!)];

    private static bool IsReady(JsonNode pod) => pod["status"]?["conditions"]?.AsArray().Any(condition => (string?)condition!["type"] == "Ready" && (string?)condition["status"] == "True") == true;
}
