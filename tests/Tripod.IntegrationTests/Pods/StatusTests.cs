using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Every field of a pod's status, as the kubelet fills it in.</summary>
public sealed class StatusTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Quality_of_service_stands_in_the_answer_to_the_creation()
    {
        var path = Path.Combine(engine.Root, "quality.yaml");
        await File.WriteAllTextAsync(path, Manifests.Script("quality", "sleep 1000", container: "resources: { limits: { cpu: 100m, memory: 32Mi } }"));
        var created = JsonNode.Parse(await engine.Kubectl("create", "-f", path, "-o", "json"))!;
        Assert.Equal("""{"phase":"Pending","qosClass":"Guaranteed"}""", created["status"]!.ToJsonString());
        await engine.Kubectl("delete", "pod", "quality", "--now");
    }

    [Fact]
    public async Task Status_of_a_running_pod_is_whole()
    {
        await engine.Apply(Manifests.Of(
            "whole",
            $$"""
            terminationGracePeriodSeconds: 0
            securityContext: { runAsUser: 1000, runAsGroup: 2000, supplementalGroups: [3000] }
            volumes: [ { name: d, emptyDir: {} } ]
            initContainers:
            {{Manifests.Container("before", Manifests.Sh("true")).Replace("\n    ", "\n  ", StringComparison.Ordinal)}}
            {{Manifests.Container("beside", $"{Manifests.Sh("sleep 1000")}\nrestartPolicy: Always").Replace("\n    ", "\n  ", StringComparison.Ordinal)}}
            """,
            ("main", $"{Manifests.Sh("[ -e /d/once ] || { touch /d/once; echo gone > /dev/termination-log; exit 3; }; sleep 1000")}\nvolumeMounts: [ {{ name: d, mountPath: /d }}, {{ name: d, mountPath: /r, readOnly: true, recursiveReadOnly: IfPossible }} ]")));
        var pod = await engine.Until("whole", found => found.Restarts("main") == 1 && found.Holds("Ready") == "True", "it runs again");
        var status = pod["status"]!;
        Assert.Equal(("Running", "BestEffort", 1), ((string?)status["phase"], (string?)status["qosClass"], (int)status["observedGeneration"]!));
        Assert.Equal((string?)status["hostIP"], (string?)status["hostIPs"]![0]!["ip"]);
        Assert.Equal((string?)status["podIP"], (string?)status["podIPs"]![0]!["ip"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)status["startTime"]);
        foreach (var type in (string[])["PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"])
        {
            var condition = pod.Condition(type)!;
            Assert.Equal(("True", 1), ((string?)condition["status"], (int)condition["observedGeneration"]!));
            Assert.NotNull((string?)condition["lastTransitionTime"]);
            Assert.True(condition.AsObject().ContainsKey("lastProbeTime"));
        }

        var main = pod.Container("main")!;
        Assert.Equal(("busybox", true, true), ((string?)main["image"], (bool)main["ready"]!, (bool)main["started"]!));
        Assert.Matches("^docker.io/library/busybox@sha256:[0-9a-f]{64}$", (string?)main["imageID"]);
        Assert.Matches("^tripod://[0-9a-f]{64}$", (string?)main["containerID"]);
        Assert.NotNull((string?)main["state"]!["running"]!["startedAt"]);
        var last = main["lastState"]!["terminated"]!;
        Assert.Equal((3, "Error", "gone\n"), ((int)last["exitCode"]!, (string?)last["reason"], (string?)last["message"]));
        Assert.NotEqual((string?)main["containerID"], (string?)last["containerID"]);
        Assert.NotNull((string?)last["startedAt"]);
        Assert.NotNull((string?)last["finishedAt"]);
        var mounts = main["volumeMounts"]!.AsArray().ToDictionary(mount => (string)mount!["mountPath"]!, mount => mount!, StringComparer.Ordinal);
        Assert.Equal(("d", null, null), ((string?)mounts["/d"]["name"], (bool?)mounts["/d"]["readOnly"], (string?)mounts["/d"]["recursiveReadOnly"]));
        Assert.Equal((true, "Enabled"), ((bool)mounts["/r"]["readOnly"]!, (string?)mounts["/r"]["recursiveReadOnly"]));
        Assert.Equal((true, "Disabled"), ((bool)mounts["/var/run/secrets/kubernetes.io/serviceaccount"]["readOnly"]!, (string?)mounts["/var/run/secrets/kubernetes.io/serviceaccount"]["recursiveReadOnly"]));
        var user = main["user"]!["linux"]!;
        Assert.Equal((1000, 2000, "[2000,3000]"), ((int)user["uid"]!, (int)user["gid"]!, Sorted(user["supplementalGroups"]!)));

        Assert.Equal((true, false), ((bool)pod.Container("before")!["ready"]!, (bool)pod.Container("before")!["started"]!));
        Assert.Equal("Completed", (string?)pod.Ended("before")!["reason"]);
        Assert.Equal((true, true), ((bool)pod.Container("beside")!["ready"]!, (bool)pod.Container("beside")!["started"]!));

        // What others keep there is theirs.
        using var api = new Kubectl.ApiClient(engine);
        Assert.Equal(200, (await api.Patch("/api/v1/namespaces/default/pods/whole/status", """{"status":{"nominatedNodeName":"elsewhere"}}""")).Code);
        await engine.Kubectl("exec", "whole", "-c", "main", "--", "sh", "-c", "kill 1");
        Assert.Equal("elsewhere", (string?)(await engine.Get("pod", "whole"))["status"]!["nominatedNodeName"]);
        await engine.Kubectl("delete", "pod", "whole", "--now");
    }

    private static string Sorted(JsonNode groups) => new JsonArray([.. groups.AsArray().Select(group => (int)group!).Order().Select(group => JsonValue.Create(group))]).ToJsonString();
}
