using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>What goes wrong is shown with Kubernetes' reasons, and mends by itself once its cause is gone.</summary>
public sealed class TroubleTests : IAsyncLifetime
{
    private Engine engine = null!;

    public async ValueTask InitializeAsync() => engine = await Engine.Start();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Image_that_does_not_exist_is_pulled_once_it_does()
    {
        await engine.Apply(Manifests.Script("late", "sleep 100").Replace("image: busybox", "image: late", StringComparison.Ordinal));
        await engine.Until("late", pod => Waiting(pod) == "ErrImagePull", "the pull failed");
        await engine.Until("late", pod => Waiting(pod) == "ImagePullBackOff", "it is waited out");
        var events = await engine.Events("late");
        Assert.Contains("Failed: Error: ErrImagePull", events);
        Assert.Contains("BackOff: Back-off pulling image \"late\"", events);

        await engine.Registry.Push(await TestImages.Busybox(), "library/late:latest");
        await engine.WaitReady("late", seconds: 60);
    }

    [Fact]
    public async Task ConfigMap_that_does_not_exist_holds_the_pod_until_it_does()
    {
        await engine.Apply(Manifests.Script(
            "held", "cat /conf/key; sleep 100",
            container: "volumeMounts: [ { name: conf, mountPath: /conf } ]",
            pod: "volumes: [ { name: conf, configMap: { name: missing } } ]"));
        await Engine.Eventually(
            async () => (await engine.Events("held")).Any(line => line == "FailedMount: MountVolume.SetUp failed for volume \"conf\" : configmap \"missing\" not found"),
            "the event says so", TimeSpan.FromSeconds(20));
        Assert.Equal("ContainerCreating", Waiting(await engine.Get("pod", "held")));

        await engine.Kubectl("create", "configmap", "missing", "--from-literal=key=value");
        await engine.WaitReady("held");
        await Engine.Eventually(async () => (await engine.Kubectl("logs", "held")).Contains("value", StringComparison.Ordinal), "the file was there", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Environment_from_a_missing_ConfigMap_is_a_config_error()
    {
        await engine.Apply(Manifests.Script("env", "sleep 100", container: "envFrom: [ { configMapRef: { name: missing } } ]"));
        await engine.Until("env", pod => Waiting(pod) == "CreateContainerConfigError", "it is named");
        await engine.Kubectl("create", "configmap", "missing", "--from-literal=key=value");
        await engine.WaitReady("env");
    }

    [Fact]
    public async Task Second_pod_on_a_host_port_is_pending_until_the_first_is_gone()
    {
        var port = Engine.FreePort();
        await engine.Apply(Manifests.Pair("first", port));
        await engine.WaitReady("first");
        await engine.Apply(Manifests.Pair("second", port));
        await Engine.Eventually(
            async () => (await engine.Events("second")).Any(line => line.Contains("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports", StringComparison.Ordinal)),
            "the scheduler's message", TimeSpan.FromSeconds(20));
        Assert.Equal("Pending", (string?)(await engine.Get("pod", "second"))["status"]!["phase"]);

        await engine.Kubectl("delete", "pod", "first", "--now");
        await engine.WaitReady("second");
    }

    [Fact]
    public async Task Host_process_on_the_port_is_named_in_the_event()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await engine.Apply(Manifests.Pair("taken", port));
        await Engine.Eventually(
            async () => (await engine.Events("taken")).Any(line => line.StartsWith("FailedCreatePodSandBox:", StringComparison.Ordinal) && line.Contains($"{Environment.ProcessId}", StringComparison.Ordinal)),
            "the event names this process", TimeSpan.FromSeconds(20));
        listener.Stop();
        await engine.WaitReady("taken", seconds: 60);
    }

    [Fact]
    public async Task Command_that_does_not_exist_is_named_and_backed_off()
    {
        await engine.Apply(Manifests.Script("nope", "").Replace("[\"sh\", \"-c\", \"\"]", "[\"nope\"]", StringComparison.Ordinal));
        var pod = await engine.Until("nope", found => Waiting(found) == "CrashLoopBackOff", "it is backed off");
        var last = pod["status"]!["containerStatuses"]![0]!["lastState"]!["terminated"]!;
        Assert.Equal("StartError", (string?)last["reason"]);
        Assert.Contains("exec: \"nope\": executable file not found in $PATH", (string?)last["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crashing_container_backs_off_and_keeps_its_last_log()
    {
        await engine.Apply(Manifests.Script("crash", "echo run; exit 3"));
        var pod = await engine.Until("crash", found => Waiting(found) == "CrashLoopBackOff", "it is backed off");
        Assert.Equal(3, (int)pod["status"]!["containerStatuses"]![0]!["lastState"]!["terminated"]!["exitCode"]!);
        Assert.Contains("CrashLoopBackOff", await engine.Kubectl("get", "pod", "crash"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Never", "exit 0", "Succeeded")]
    [InlineData("Never", "exit 1", "Failed")]
    [InlineData("OnFailure", "exit 0", "Succeeded")]
    public async Task Pod_that_is_done_has_its_phase_and_lets_its_sandbox_go(string policy, string script, string phase)
    {
        await engine.Apply(Manifests.Script("done", script, restartPolicy: policy));
        await engine.Until("done", pod => (string?)pod["status"]!["phase"] == phase, phase);
        await engine.Kubectl("delete", "pod", "done");
    }

    [Fact]
    public async Task Changed_ConfigMap_reaches_the_running_container_whole()
    {
        await engine.Kubectl("create", "configmap", "conf", "--from-literal=a=1", "--from-literal=b=1");
        await engine.Apply(Manifests.Script(
            "live", "while true; do cat /conf/a /conf/b; echo; sleep 0.1; done",
            container: "volumeMounts: [ { name: conf, mountPath: /conf } ]",
            pod: "volumes: [ { name: conf, configMap: { name: conf } } ]"));
        await engine.WaitReady("live");
        await engine.Kubectl("patch", "configmap", "conf", "--type=merge", "-p", "{\"data\":{\"a\":\"2\",\"b\":\"2\"}}");
        await Engine.Eventually(async () => (await engine.Kubectl("logs", "live", "--tail=1")).Trim() == "22", "the new files are seen", TimeSpan.FromSeconds(15));
        Assert.Equal(0, (int)(await engine.Get("pod", "live"))["status"]!["containerStatuses"]![0]!["restartCount"]!);
    }

    [Fact]
    public async Task Changed_image_restarts_that_container_in_place()
    {
        await engine.Registry.Push(await TestImages.Busybox(), "library/busybox:two");
        await engine.Apply(Manifests.Pair("pair", Engine.FreePort()));
        await engine.WaitReady("pair");
        var before = await engine.Get("pod", "pair");
        await engine.Kubectl("set", "image", "pod/pair", "neighbour=busybox:two");
        var after = await engine.Until("pair", pod => Restarts(pod, "neighbour") == 1 && Waiting(pod) is null, "the neighbour is back");
        Assert.Equal((string?)before["status"]!["podIP"], (string?)after["status"]!["podIP"]);
        Assert.Equal(0, Restarts(after, "web"));
    }

    private static string? Waiting(JsonNode pod) =>
        (string?)pod["status"]?["containerStatuses"]?.AsArray().Select(status => status!["state"]?["waiting"]?["reason"]).FirstOrDefault(reason => reason is not null);

    private static int Restarts(JsonNode pod, string container) =>
        (int)pod["status"]!["containerStatuses"]!.AsArray().First(status => (string?)status!["name"] == container)!["restartCount"]!;
}
