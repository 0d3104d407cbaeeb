using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Pods that take more of this machine than they may, or than there is, are evicted as a kubelet does it.</summary>
public sealed class EvictionTests
{
    private const string NoThresholds = "evictionHard: { memory.available: 1Mi }\n";

    [Fact]
    public async Task Pod_that_writes_more_than_its_limits_is_evicted_and_its_neighbour_goes_on()
    {
        await using var engine = await Engine.Configured(NoThresholds);
        const string limit = "resources: { limits: { ephemeral-storage: 2Mi } }";
        await engine.Apply(Manifests.Script("volume", "dd if=/dev/zero of=/data/fill bs=1M count=4; sleep 1000", container: "volumeMounts: [ { name: data, mountPath: /data } ]", pod: "volumes: [ { name: data, emptyDir: { sizeLimit: 2Mi } } ]"));
        await engine.Apply(Manifests.Script("layer", "dd if=/dev/zero of=/fill bs=1M count=4; sleep 1000", container: limit));
        await engine.Apply(Manifests.Of("one-of-two", "terminationGracePeriodSeconds: 1",
            ("logs", $"{Manifests.Sh("yes 0123456789012345678901234567890123456789 | head -c 3000000; sleep 1000")}\n{limit}"),
            ("other", $"{Manifests.Sh("sleep 1000")}\nresources: {{ limits: {{ ephemeral-storage: 900Mi }} }}")));
        await engine.Apply(Manifests.Script("sparse", "dd if=/dev/zero of=/fill bs=1 count=1 seek=50M; sleep 1000", container: limit));

        await Evicted(engine, "volume", "Usage of EmptyDir volume \"data\" exceeds the limit \"2Mi\". ");
        await Evicted(engine, "layer", "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ");
        var last = await Evicted(engine, "one-of-two", "Container logs exceeded its local ephemeral storage limit \"2Mi\". ");
        Assert.All(last["status"]!["containerStatuses"]!.AsArray(), status => Assert.Equal(137, (int)status!["state"]!["terminated"]!["exitCode"]!));
        Assert.DoesNotContain(last["status"]!["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "DisruptionTarget");
        Assert.Equal("Running", await engine.Kubectl("get", "pod", "sparse", "-o", "jsonpath={.status.phase}"));

        // Nothing that it wrote is kept, and another engine says the same of it.
        await engine.Kill();
        await engine.Launch();
        await Evicted(engine, "one-of-two", "Container logs exceeded its local ephemeral storage limit \"2Mi\". ");
        var uid = (string)(await engine.Get("pod", "volume"))["metadata"]!["uid"]!;
        Assert.False(Directory.Exists(Path.Combine(engine.Root, "state/pods", uid, "volumes")));
    }

    [Fact]
    public async Task Disk_pressure_evicts_who_fills_the_disk_and_keeps_others_out_until_there_is_room()
    {
        await using var engine = await Engine.Configured("evictionHard: { nodefs.available: 40% }\nevictionPressureTransitionPeriod: 12s\n", stateMegabytes: 64);
        await engine.Apply(Manifests.Script("quiet", "sleep 1000"));
        await engine.WaitReady("quiet");
        await engine.Apply(Manifests.Script("hog", "dd if=/dev/zero of=/data/fill bs=1M count=40; sleep 1000", container: "volumeMounts: [ { name: data, mountPath: /data } ]", pod: "volumes: [ { name: data, emptyDir: {} } ]"));

        var hog = await engine.Until("hog", pod => (string?)pod["status"]!["phase"] == "Failed", "the hog is evicted", 60);
        Assert.StartsWith("The node was low on resource: ephemeral-storage. Threshold quantity: 26843545, available: ", (string?)hog["status"]!["message"], StringComparison.Ordinal);
        Assert.Contains("TerminationByKubelet", hog["status"]!["conditions"]!.AsArray().Where(condition => (string?)condition!["type"] == "DisruptionTarget").Select(condition => (string?)condition!["reason"]));
        Assert.Contains(await engine.Events("hog"), line => line.StartsWith("Evicted: The node was low on resource: ephemeral-storage. ", StringComparison.Ordinal));

        Assert.Equal("True KubeletHasDiskPressure", await Condition(engine));
        Assert.Contains("node.kubernetes.io/disk-pressure", await engine.Kubectl("get", "node", "testnode", "-o", "jsonpath={.spec.taints[*].key}"), StringComparison.Ordinal);
        Assert.Contains("EvictionThresholdMet", await engine.Kubectl("describe", "node", "testnode"), StringComparison.Ordinal);
        await engine.Apply(Manifests.Script("waits", "sleep 1000"));
        await engine.Apply(Manifests.Script("bound", "sleep 1000", pod: "nodeName: testnode"));
        var bound = await engine.Until("bound", pod => (string?)pod["status"]!["phase"] == "Failed", "the bound pod is refused");
        Assert.Equal(("Evicted", "Pod was rejected: The node had condition: [DiskPressure]. "), ((string?)bound["status"]!["reason"], (string?)bound["status"]!["message"]));
        await engine.Until("waits", pod => pod["status"]!["conditions"]!.ToJsonString().Contains("untolerated taint {node.kubernetes.io/disk-pressure: }", StringComparison.Ordinal), "the scheduler says why");

        // What the evicted pod had is gone, so there is room again.
        await engine.WaitReady("waits", seconds: 60);
        Assert.Equal("False KubeletHasNoDiskPressure", await Condition(engine));
        Assert.Equal("0", await engine.Kubectl("get", "pod", "quiet", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"));
    }

    [Fact]
    public async Task Memory_pressure_evicts_one_pod_after_the_other_the_largest_first()
    {
        await using var engine = await Engine.Configured(NoThresholds);
        await engine.Apply(Manifests.Script("small", "sleep 1000"));
        await engine.Apply(Manifests.Script("large", "dd if=/dev/zero of=/dev/shm/fill bs=1M count=30; sleep 1000"));
        await engine.Apply(Manifests.Script("asks", "sleep 1000", container: "resources: { requests: { memory: 100Mi } }"));
        foreach (var pod in (string[])["small", "large", "asks"])
        {
            await engine.WaitReady(pod);
        }

        await engine.Kill();
        await engine.Configure("evictionHard: { memory.available: 1000Ti }\n");
        await engine.Launch();
        var ends = new List<DateTimeOffset>();
        foreach (var name in (string[])["large", "small", "asks"])
        {
            var pod = await engine.Until(name, pod => (string?)pod["status"]!["phase"] == "Failed", $"{name} is evicted", 60);
            Assert.Equal("Evicted", (string?)pod["status"]!["reason"]);
            Assert.StartsWith("The node was low on resource: memory. Threshold quantity: 1000Ti, available: ", (string?)pod["status"]!["message"], StringComparison.Ordinal);
            ends.Add((DateTimeOffset)pod["status"]!["containerStatuses"]![0]!["state"]!["terminated"]!["finishedAt"]!);
        }

        Assert.Equal(ends.Order(), ends);
        var large = (string)(await engine.Get("pod", "large"))["status"]!["message"]!;
        Assert.Contains("Container main was using ", large, StringComparison.Ordinal);
        Assert.EndsWith("request is 0, has larger consumption of memory. ", large, StringComparison.Ordinal);
        Assert.Equal("True", await engine.Kubectl("get", "node", "testnode", "-o", "jsonpath={.status.conditions[?(@.type==\"MemoryPressure\")].status}"));
    }

    [Fact]
    public async Task Images_that_nothing_uses_go_when_their_disk_fills_up()
    {
        await using var engine = await Engine.Configured(NoThresholds + "imageGCHighThresholdPercent: 60\nimageGCLowThresholdPercent: 55\nimageMinimumGCAge: 0s\n", stateMegabytes: 64);
        await engine.Registry.Push(await TestImages.Large(megabytes: 20), "library/large:latest");
        await engine.Apply(Manifests.Script("uses", "sleep 1000"));
        await engine.WaitReady("uses");
        await engine.Docker("pull", "-q", "large");

        await Engine.Eventually(async () => !(await engine.Docker("images", "--format", "{{.Repository}}")).Contains("large", StringComparison.Ordinal), "the unused image is gone", TimeSpan.FromSeconds(40));
        var left = await engine.Docker("images", "--format", "{{.Repository}}");
        Assert.Contains("busybox", left, StringComparison.Ordinal);
        Assert.Contains("pause", left, StringComparison.Ordinal);
        await Engine.Eventually(() => Task.FromResult(engine.Log.Contains("docker.io/library/large:latest is removed to make room", StringComparison.Ordinal)), "the log says so", TimeSpan.FromSeconds(5));
        Assert.Equal("Running", await engine.Kubectl("get", "pod", "uses", "-o", "jsonpath={.status.phase}"));
    }

    [Fact]
    public async Task Misspelt_threshold_is_refused_by_name()
    {
        var config = Path.Combine(Directory.CreateTempSubdirectory().FullName, "config.yaml");
        await File.WriteAllTextAsync(config, "evictionHard:\n  memory.availble: 100Mi\n");
        var refused = await Command.Try(Engine.TripodProgram, "serve", "--config", config, "--root", "/nowhere", "--run", Path.GetDirectoryName(config)!);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("line 2: unknown key evictionHard.memory.availble; known are memory.available", refused.Error, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(config)!, recursive: true);
    }

    private static async Task<JsonNode> Evicted(Engine engine, string name, string message)
    {
        var pod = await engine.Until(name, pod => (string?)pod["status"]!["phase"] == "Failed", $"{name} is evicted", 40);
        Assert.Equal(("Evicted", message), ((string?)pod["status"]!["reason"], (string?)pod["status"]!["message"]));
        Assert.Single(await engine.Events(name), $"Evicted: {message}");
        return pod;
    }

    private static Task<string> Condition(Engine engine) =>
        engine.Kubectl("get", "node", "testnode", "-o", "jsonpath={.status.conditions[?(@.type==\"DiskPressure\")]['status', 'reason']}");
}
