using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Kubectl;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>A pod's resources are changed while it runs, by the real kubectl; the cgroups say whether they were.</summary>
public sealed class ResizeTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private const string Idle = "trap 'exit 0' TERM; while true; do sleep 0.1; done";

    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Running_container_gets_other_limits_without_a_restart()
    {
        await engine.Apply(Manifests.Of(
            "grows",
            """
            terminationGracePeriodSeconds: 1
            volumes: [ { name: self, downwardAPI: { items: [ { path: limit, resourceFieldRef: { containerName: main, resource: limits.memory, divisor: 1Mi } } ] } } ]
            """,
            ("main", $"{Manifests.Sh(Idle)}\n{Resources("100m", "200m", "32Mi", "64Mi")}\nvolumeMounts: [ {{ name: self, mountPath: /self }} ]")));
        await engine.WaitReady("grows");
        var before = await engine.Get("pod", "grows");
        Assert.Equal("""{"limits":{"cpu":"200m","memory":"64Mi"},"requests":{"cpu":"100m","memory":"32Mi"}}""", before.Container("main")!["resources"]!.ToJsonString());
        Assert.Equal("""{"cpu":"100m","memory":"32Mi"}""", before.Container("main")!["allocatedResources"]!.ToJsonString());
        Assert.Equal(("102", "20000", $"{64 << 20}"), Limits(before, "main"));
        Assert.Equal(("102", "20000", $"{64 << 20}"), Limits(before, null));

        await Resize("grows", "strategic", Patch("main", "250m", "500m", "64Mi", "128Mi"));
        var pod = await Resized("grows", "main", "500m");
        Assert.Equal("""{"limits":{"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"250m","memory":"64Mi"}}""", pod.Container("main")!["resources"]!.ToJsonString());
        Assert.Equal("""{"cpu":"250m","memory":"64Mi"}""", pod.Container("main")!["allocatedResources"]!.ToJsonString());
        Assert.Equal(("256", "50000", $"{128 << 20}"), Limits(pod, "main"));
        Assert.Equal(("256", "50000", $"{128 << 20}"), Limits(pod, null));
        Assert.Equal((0, (string?)before.Container("main")!["containerID"]), (pod.Restarts("main"), (string?)pod.Container("main")!["containerID"]));
        Assert.Equal(2, (int)pod["metadata"]!["generation"]!);
        Assert.Equal(2, (int)pod["status"]!["observedGeneration"]!);
        await Engine.Eventually(async () => await engine.Kubectl("exec", "grows", "--", "cat", "/self/limit") == "128", "the downward API follows", TimeSpan.FromSeconds(10));
        var events = await Told("grows", "ResizeCompleted");
        const string Summary = """{"containers":[{"name":"main","resources":{"limits":{"cpu":"500m","memory":"128Mi"},"requests":{"cpu":"250m","memory":"64Mi"}}}],"generation":2}""";
        Assert.Contains($"ResizeStarted: Pod resize started: {Summary}", events);
        Assert.Contains($"ResizeCompleted: Pod resize completed: {Summary}", events);

        // Down again, by a JSON patch, and every other way that kubectl has.
        await Resize("grows", "json", """[ { "op": "replace", "path": "/spec/containers/0/resources/limits/memory", "value": "96Mi" } ]""");
        await engine.Until("grows", found => (string?)found.Container("main")!["resources"]!["limits"]!["memory"] == "96Mi", "the limit is lowered");
        Assert.Equal(("256", "50000", $"{96 << 20}"), Limits(pod, "main"));
        await Apply("grows", """{ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "grows" }, "spec": { "containers": [ { "name": "main", "resources": { "limits": { "cpu": "400m" } } } ] } }""");
        await engine.Until("grows", found => (string?)found.Container("main")!["resources"]!["limits"]!["cpu"] == "400m", "the applied limit is there");
        var edited = await Command.Try("env", "KUBE_EDITOR=sed -i s/400m/300m/", Shell.Newest, "--kubeconfig", engine.Kubeconfig, "edit", "pod", "grows", "--subresource", "resize");
        Assert.True(edited.ExitCode == 0, edited.Error);
        pod = await engine.Until("grows", found => (string?)found.Container("main")!["resources"]!["limits"]!["cpu"] == "300m", "the edited limit is there");
        Assert.Equal(("256", "30000", $"{96 << 20}"), Limits(pod, null));
        Assert.Equal("300m", (string?)JsonNode.Parse(await Kubectl("get", "pod", "grows", "--subresource", "resize", "-o", "json"))!["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"]);
        Assert.Equal(0, pod.Restarts("main"));
    }

    [Fact]
    public async Task Container_whose_policy_says_so_is_started_anew_for_its_new_limits()
    {
        await engine.Apply(Manifests.Of(
            "restarts",
            "terminationGracePeriodSeconds: 1",
            ("main", $"{Manifests.Sh(Idle)}\n{Resources("50m", "100m", "32Mi", "64Mi")}\nresizePolicy: [ {{ resourceName: memory, restartPolicy: RestartContainer }} ]"),
            ("other", $"{Manifests.Sh(Idle)}\n{Resources("50m", "100m", "32Mi", "64Mi")}")));
        await engine.WaitReady("restarts");
        await Resize("restarts", "strategic", Patch("main", "50m", "100m", "16Mi", "48Mi"));
        var pod = await engine.Until("restarts", found => found.Restarts("main") == 1 && found.Runs("main") && found.Condition("PodResizeInProgress") is null, "it is started anew");
        Assert.Equal($"{48 << 20}", Limits(pod, "main").Memory);
        Assert.Equal($"{112 << 20}", Limits(pod, null).Memory);
        Assert.Equal(0, pod.Restarts("other"));
        Assert.Contains("Killing: Container main resize requires restart", await Told("restarts", "ResizeCompleted"));

        // Its cpu is changed in place.
        await Resize("restarts", "strategic", Patch("main", "60m", "120m", "16Mi", "48Mi"));
        pod = await Resized("restarts", "main", "120m");
        Assert.Equal((1, "12000"), (pod.Restarts("main"), Limits(pod, "main").Quota));
    }

    [Fact]
    public async Task Resize_for_which_there_is_no_room_waits_for_it_over_a_killed_engine()
    {
        var cores = Environment.ProcessorCount;
        await engine.Apply(Manifests.Of("roomy", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh(Idle)}\nresources: {{ requests: {{ cpu: {(cores * 1000) - 900}m }} }}")));
        await engine.Apply(Manifests.Of("waits", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh(Idle)}\nresources: {{ requests: {{ cpu: 100m }} }}")));
        await engine.WaitReady("roomy");
        await engine.WaitReady("waits");
        await Resize("waits", "strategic", """{ "spec": { "containers": [ { "name": "main", "resources": { "requests": { "cpu": "1" } } } ] } }""");
        var pod = await engine.Until("waits", found => found.Condition("PodResizePending") is not null, "it waits");
        var pending = pod.Condition("PodResizePending")!;
        Assert.Equal(("Deferred", "True", 2), ((string?)pending["reason"], (string?)pending["status"], (int)pending["observedGeneration"]!));
        Assert.Matches($"^Node didn't have enough resource: cpu, requested: 1000, used: [0-9]+, capacity: {cores * 1000}$", (string?)pending["message"]);
        Assert.Equal("100m", (string?)pod.Container("main")!["allocatedResources"]!["cpu"]);
        Assert.Equal("102", Limits(pod, "main").Shares);
        Assert.Contains(await Told("waits", "ResizeDeferred"), told => told.StartsWith("ResizeDeferred: Pod resize Deferred: {\"containers\":[{\"name\":\"main\",\"resources\":{\"requests\":{\"cpu\":\"1\"}}}],\"generation\":2,\"error\":\"Node didn't have", StringComparison.Ordinal));

        await engine.Kill();
        await engine.Launch();
        pod = await engine.Until("waits", found => found.Condition("PodResizePending") is not null && found.Runs("main"), "it still waits");
        Assert.Equal((string?)pending["lastTransitionTime"], (string?)pod.Condition("PodResizePending")!["lastTransitionTime"]);
        Assert.Equal("100m", (string?)pod.Container("main")!["allocatedResources"]!["cpu"]);
        await engine.Kubectl("delete", "pod", "roomy");
        pod = await engine.Until("waits", found => (string?)found.Container("main")!["resources"]?["requests"]?["cpu"] == "1" && found.Condition("PodResizePending") is null && found.Condition("PodResizeInProgress") is null, "it has room");
        Assert.Equal(("1024", 0), (Limits(pod, "main").Shares, pod.Restarts("main")));
        Assert.Equal("1024", Limits(pod, null).Shares);

        // What this node will never have.
        await Resize("waits", "strategic", """{ "spec": { "containers": [ { "name": "main", "resources": { "requests": { "cpu": "1000" } } } ] } }""");
        pod = await engine.Until("waits", found => found.Condition("PodResizePending") is not null, "it is refused");
        Assert.Equal(
            ("Infeasible", $"Node didn't have enough capacity: cpu, requested: 1000000, capacity: {cores * 1000}"),
            ((string?)pod.Condition("PodResizePending")!["reason"], (string?)pod.Condition("PodResizePending")!["message"]));

        // Taken back, nothing waits.
        await Resize("waits", "strategic", """{ "spec": { "containers": [ { "name": "main", "resources": { "requests": { "cpu": "1" } } } ] } }""");
        await engine.Until("waits", found => found.Condition("PodResizePending") is null, "nothing waits");
        await engine.Kubectl("delete", "pod", "waits");
    }

    [Fact]
    public async Task Memory_limit_below_what_is_in_use_is_not_set_until_it_is_free()
    {
        await engine.Apply(Manifests.Of(
            "full", "terminationGracePeriodSeconds: 1",
            ("main", $"{Manifests.Sh($"dd if=/dev/zero of=/dev/shm/ballast bs=1M count=40 2>/dev/null; touch /ready; {Idle}")}\n{Resources("50m", "100m", "32Mi", "64Mi")}\nreadinessProbe: {{ exec: {{ command: [test, -e, /ready] }}, periodSeconds: 1 }}")));
        await engine.WaitReady("full");
        await Resize("full", "strategic", Patch("main", "50m", "100m", "16Mi", "20Mi"));
        var pod = await engine.Until("full", found => (string?)found.Condition("PodResizeInProgress")?["reason"] == "Error", "it is refused");
        Assert.Matches($"attempting to set container \"main\" memory limit \\({20 << 20}\\) below current usage \\([0-9]+\\)", (string?)pod.Condition("PodResizeInProgress")!["message"]);
        Assert.Equal("64Mi", (string?)pod.Container("main")!["resources"]!["limits"]!["memory"]);
        Assert.Equal("16Mi", (string?)pod.Container("main")!["allocatedResources"]!["memory"]);
        Assert.Equal($"{64 << 20}", Limits(pod, "main").Memory);
        Assert.Contains(await Told("full", "ResizeError"), told => told.StartsWith("ResizeError: Pod resize error: ", StringComparison.Ordinal));
        await engine.Kubectl("exec", "full", "--", "rm", "/dev/shm/ballast");
        pod = await engine.Until("full", found => (string?)found.Container("main")!["resources"]!["limits"]!["memory"] == "20Mi" && found.Condition("PodResizeInProgress") is null, "it is lowered");
        Assert.Equal(($"{20 << 20}", 0), (Limits(pod, "main").Memory, pod.Restarts("main")));
    }

    [Fact]
    public async Task Pod_that_has_resources_as_a_whole_is_resized_as_a_whole()
    {
        await engine.Apply(Manifests.Of(
            "whole",
            "terminationGracePeriodSeconds: 1\nresources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 200m, memory: 96Mi } }",
            ("one", Manifests.Sh(Idle)), ("two", $"{Manifests.Sh(Idle)}\n{Resources("20m", "50m", "16Mi", "32Mi")}")));
        await engine.WaitReady("whole");
        var pod = await engine.Get("pod", "whole");
        Assert.Equal("Burstable", (string?)pod["status"]!["qosClass"]);
        Assert.Equal(("102", "20000", $"{96 << 20}"), Limits(pod, null));
        Assert.Equal($"{96 << 20}", Limits(pod, "one").Memory);
        Assert.Equal("""{"limits":{"cpu":"200m","memory":"96Mi"},"requests":{"cpu":"100m","memory":"64Mi"}}""", pod["status"]!["resources"]!.ToJsonString());
        await Resize("whole", "strategic", """{ "spec": { "resources": { "requests": { "cpu": "200m" }, "limits": { "cpu": "400m", "memory": "128Mi" } } } }""");
        pod = await engine.Until("whole", found => (string?)found["status"]!["resources"]!["limits"]!["memory"] == "128Mi" && found.Condition("PodResizeInProgress") is null, "it is resized");
        Assert.Equal("""{"cpu":"200m","memory":"64Mi"}""", pod["status"]!["allocatedResources"]!.ToJsonString());
        Assert.Equal(("204", "40000", $"{128 << 20}"), Limits(pod, null));
        Assert.Equal($"{128 << 20}", Limits(pod, "one").Memory);
        Assert.Equal(("20", "5000", $"{32 << 20}"), Limits(pod, "two"));
        Assert.Equal((0, 0), (pod.Restarts("one"), pod.Restarts("two")));
    }

    [Fact]
    public async Task Resize_that_may_not_be_is_refused_in_Kubernetes_words()
    {
        await engine.Apply(Manifests.Of(
            "refused", "terminationGracePeriodSeconds: 1\ninitContainers: [ { name: first, image: busybox, imagePullPolicy: IfNotPresent, command: [\"true\"] } ]",
            ("main", $"{Manifests.Sh(Idle)}\n{Resources("100m", "200m", "32Mi", "32Mi")}")));
        await engine.Apply(Manifests.Of("nearly", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh(Idle)}\n{Resources("100m", "200m", "32Mi", "32Mi")}")));
        await engine.Apply(Manifests.Of("bare", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh(Idle)}\nresources: {{ requests: {{ cpu: 10m, memory: 8Mi }} }}")));
        await engine.WaitReady("refused");
        await Refused("nearly", """{ "resources": { "requests": { "cpu": "200m" } } }""", "spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing");
        await Refused("bare", """{ "resources": { "requests": { "cpu": null } } }""", "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed");
        await Refused("refused", """{ "resources": { "limits": { "cpu": null } } }""", "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed");
        await Refused("refused", """{ "resources": { "requests": { "ephemeral-storage": "1Gi" } } }""", "spec: Forbidden: only cpu and memory resources are mutable");
        await Refused("refused", """{ "resizePolicy": [ { "resourceName": "cpu", "restartPolicy": "RestartContainer" } ] }""", "spec: Forbidden: only cpu and memory resources are mutable");
        await Refused("refused", """{ "resources": { "requests": { "cpu": "1" } } }""", "spec.containers[0].resources.requests: Invalid value: \"1\": must be less than or equal to cpu limit of 200m");
        await Refused("refused", """{ "resources": { "requests": { "cpu": "-1" } } }""", "spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0");
        await Refused("refused", """{ "resources": { "requests": { "cpu": "1m" } } }""", "spec: Forbidden: resources for non-sidecar init containers are immutable", list: "initContainers", container: "first");
        const string Other = "may not be renamed or reordered on resize";
        await RefusedWhole("nearly", """{ "spec": { "containers": [ { "name": "main", "$patch": "delete" }, { "name": "other", "image": "busybox" } ] } }""", $"spec.containers[0].name: Forbidden: containers {Other}");
        await RefusedWhole("nearly", """{ "spec": { "containers": [ { "name": "more", "image": "busybox" } ] } }""", "spec.containers: Forbidden: containers may not be added or removed on resize");
        await engine.Apply(Manifests.Of("ordered", "terminationGracePeriodSeconds: 1", ("a", Manifests.Sh(Idle)), ("b", Manifests.Sh(Idle))));
        await RefusedWhole(
            "ordered",
            """{ "spec": { "$setElementOrder/containers": [ { "name": "b" }, { "name": "a" } ], "containers": [ { "name": "b" }, { "name": "a" } ] } }""",
            $"* spec.containers[0].name: Forbidden: containers {Other}\n* spec.containers[1].name: Forbidden: containers {Other}");
    }

    private async Task RefusedWhole(string pod, string patch, string words)
    {
        var refused = await engine.TryKubectlOf(Shell.Newest, "patch", "pod", pod, "--subresource", "resize", "--patch", patch);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, refused.ExitCode);
    }

    private async Task Refused(string pod, string change, string words, string list = "containers", string container = "main")
    {
        var refused = await engine.TryKubectlOf(Shell.Newest, "patch", "pod", pod, "--subresource", "resize", "--patch", $$"""{ "spec": { "{{list}}": [ { "name": "{{container}}", {{change.Trim()[1..]}} ] } }""");
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, refused.ExitCode);
    }

    [Fact]
    public async Task Resources_are_not_changed_beside_the_subresource_nor_anything_else_by_it()
    {
        await engine.Apply(Manifests.Of("beside", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh(Idle)}\n{Resources("50m", "100m", "16Mi", "32Mi")}")));
        var refused = await engine.TryKubectl("patch", "pod", "beside", "--patch", Patch("main", "60m", "100m", "16Mi", "32Mi"));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("pod updates may not change fields other than", refused.Error, StringComparison.Ordinal);
        await Resize("beside", "strategic", """{ "metadata": { "labels": { "new": "yes" } }, "spec": { "containers": [ { "name": "main", "image": "other", "resources": { "requests": { "cpu": "60m" } } } ] } }""");
        var pod = await engine.Get("pod", "beside");
        Assert.Equal(("busybox", "60m"), ((string?)pod["spec"]!["containers"]![0]!["image"], (string?)pod["spec"]!["containers"]![0]!["resources"]!["requests"]!["cpu"]));
        Assert.Null(pod["metadata"]!["labels"]?["new"]);
    }

    private static string Resources(string cpu, string cpuLimit, string memory, string memoryLimit) =>
        $"resources: {{ requests: {{ cpu: {cpu}, memory: {memory} }}, limits: {{ cpu: {cpuLimit}, memory: {memoryLimit} }} }}";

    private static string Patch(string container, string cpu, string cpuLimit, string memory, string memoryLimit) =>
        $$"""{ "spec": { "containers": [ { "name": "{{container}}", "resources": { "requests": { "cpu": "{{cpu}}", "memory": "{{memory}}" }, "limits": { "cpu": "{{cpuLimit}}", "memory": "{{memoryLimit}}" } } } ] } }""";

    private Task Resize(string name, string type, string patch) => Kubectl("patch", "pod", name, "--subresource", "resize", "--type", type, "--patch", patch);

    /// <summary>Older ones know no such subresource.</summary>
    private async Task<string> Kubectl(params string[] arguments)
    {
        var done = await engine.TryKubectlOf(Shell.Newest, arguments);
        Assert.True(done.ExitCode == 0, $"{string.Join(' ', arguments)}: {done.Error}");
        return done.Output;
    }

    private Task<JsonNode> Resized(string name, string container, string cpuLimit) => engine.Until(
        name,
        pod => (string?)pod.Container(container)?["resources"]?["limits"]?["cpu"] == cpuLimit && pod.Condition("PodResizePending") is null && pod.Condition("PodResizeInProgress") is null,
        "it is resized");

    /// <summary>Server-side apply of the subresource.</summary>
    private async Task Apply(string name, string document)
    {
        var path = Path.Combine(engine.Root, $"{name}-resize.json");
        await File.WriteAllTextAsync(path, document);
        await Kubectl("apply", "--server-side", "--force-conflicts", "--subresource", "resize", "-f", path);
    }

    /// <summary>Events are written behind the worker's back.</summary>
    private async Task<IReadOnlyList<string>> Told(string pod, string reason)
    {
        IReadOnlyList<string> events = [];
        await Engine.Eventually(async () => (events = await engine.Events(pod)).Any(told => told.StartsWith($"{reason}: ", StringComparison.Ordinal)), $"{reason} is told", TimeSpan.FromSeconds(10));
        return events;
    }

    private (string Shares, string Quota, string Memory) Limits(JsonNode pod, string? container)
    {
        var cgroup = new PodCgroup(engine, pod);
        return (cgroup.Read("cpu", container, "cpu.shares"), cgroup.Read("cpu", container, "cpu.cfs_quota_us"), cgroup.Read("memory", container, "memory.limit_in_bytes"));
    }
}
