using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Pods that files of the node describe, and their mirrors.</summary>
public sealed class StaticPodTests : IAsyncLifetime
{
    private Engine engine = null!;

    public async ValueTask InitializeAsync() => engine = await Engine.Start();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task File_is_a_pod_as_long_as_it_is_there()
    {
        await Write("web.yaml", Manifests.Script("web", "echo $HOSTNAME; exec sleep 1000"));
        var mirror = await Mirror(pod => pod.Holds("Ready") == "True", "it is ready");
        var (uid, hash) = ((string)mirror["metadata"]!["uid"]!, (string)mirror["metadata"]!["annotations"]!["kubernetes.io/config.hash"]!);
        Assert.Equal(hash, (string?)mirror["metadata"]!["annotations"]!["kubernetes.io/config.mirror"]);
        Assert.Equal(("Node", "testnode"), ((string?)mirror["metadata"]!["ownerReferences"]![0]!["kind"], (string?)mirror["metadata"]!["ownerReferences"]![0]!["name"]));
        Assert.Equal("web-testnode\n", await engine.Kubectl("logs", "web-testnode"));
        Assert.Equal("hi\n", await engine.Kubectl("exec", "web-testnode", "--", "echo", "hi"));
        Assert.Contains("Started", await engine.Kubectl("describe", "pod", "web-testnode"), StringComparison.Ordinal);
        var container = Container(mirror);

        // Its deletion brings another mirror of the same containers.
        // Not waited for by kubectl: it looks at the uid once, then for the end of the name, which may have come back in between.
        await engine.Kubectl("delete", "pod", "web-testnode", "--wait=false");
        var again = await Mirror(pod => (string?)pod["metadata"]!["uid"] != uid && pod["status"]?["phase"]?.ToString() == "Running", "it has another mirror");
        Assert.Equal(container, Container(again));
        Assert.Equal("web-testnode\n", await engine.Kubectl("logs", "web-testnode"));

        // A broken file changes nothing; neither for others nor for the pod that it was.
        await Write("broken.yaml", "kind: Pod\nspec: [");
        await Write("needs.yaml", Manifests.Script("needs", "sleep 1000", pod: "volumes: [ { name: v, secret: { secretName: s } } ]"));
        await Engine.Eventually(
            async () => await engine.Kubectl("get", "events", "--field-selector", "involvedObject.kind=Node,reason=InvalidStaticPod") is var told
                && told.Contains("broken.yaml", StringComparison.Ordinal) && told.Contains("static pods may not reference secrets", StringComparison.Ordinal),
            "the node's events tell of both", TimeSpan.FromSeconds(20));

        // The same pods after the engine's death.
        await engine.Kill();
        await engine.Launch();
        Assert.Equal(container, Container(await Mirror(pod => pod.Holds("Ready") == "True", "it is still there")));

        // Another content is another pod, which takes the first one's place.
        await Write("web.yaml", Manifests.Script("web", "echo second; exec sleep 1000"));
        var changed = await Mirror(pod => (string?)pod["metadata"]!["annotations"]!["kubernetes.io/config.hash"] != hash && pod.Holds("Ready") == "True", "the second is ready");
        Assert.NotEqual(container, Container(changed));
        Assert.Equal("second\n", await engine.Kubectl("logs", "web-testnode"));

        File.Delete(Path.Combine(engine.Manifests, "web.yaml"));
        await engine.Kubectl("wait", "--for=delete", "pod/web-testnode", "--timeout=60s");
    }

    [Fact]
    public async Task Static_pod_of_a_namespace_that_comes_later_gets_its_mirror_then_and_needs_no_scheduler()
    {
        await engine.Kubectl("cordon", "testnode");
        await Write("late.json", """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"late","namespace":"later"},"spec":{"hostNetwork":true,"terminationGracePeriodSeconds":1,"priorityClassName":"system-node-critical","containers":[{"name":"main","image":"busybox","imagePullPolicy":"IfNotPresent","command":["sleep","1000"]}]}}
            """);
        await Engine.Eventually(() => Task.FromResult(engine.Log.Contains("late-testnode", StringComparison.Ordinal)), "it is begun", TimeSpan.FromSeconds(30));
        await engine.Kubectl("create", "namespace", "later");
        await engine.Kubectl("wait", "-n", "later", "--for=condition=Ready", "pod/late-testnode", "--timeout=60s");
        Assert.Equal("2000001000", await engine.Kubectl("get", "pod", "-n", "later", "late-testnode", "-o", "jsonpath={.spec.priority}"));

        // What only claims to be a mirror goes.
        await engine.Apply(Manifests.Script("fake", "sleep 1000", pod: "nodeName: testnode").Replace("name: fake", "name: fake\n  annotations: { kubernetes.io/config.mirror: abc }", StringComparison.Ordinal));
        await engine.Kubectl("wait", "--for=delete", "pod/fake", "--timeout=30s");
    }

    [Fact]
    public async Task Static_pod_takes_the_place_of_what_the_machine_can_do_without()
    {
        await engine.Kubectl("patch", "node", "testnode", "--subresource=status", "--type=merge", "-p", """{"status":{"capacity":{"example.com/seat":"1"},"allocatable":{"example.com/seat":"1"}}}""");
        const string seat = "resources: { limits: { example.com/seat: 1 } }";
        await engine.Apply(Manifests.Script("holder", "exec sleep 1000", container: seat));
        await engine.WaitReady("holder");
        await Write("web.yaml", Manifests.Script("web", "exec sleep 1000", container: seat));
        await Mirror(pod => pod.Holds("Ready") == "True", "it has the place");
        var holder = await engine.Get("pod", "holder");
        Assert.Equal(("Failed", "Preempting", "Preempted in order to admit critical pod"), ((string?)holder["status"]!["phase"], (string?)holder["status"]!["reason"], (string?)holder["status"]!["message"]));
        Assert.Contains(holder["status"]!["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "DisruptionTarget" && (string?)condition["reason"] == "TerminationByKubelet");
    }

    private async Task<JsonNode> Mirror(Func<JsonNode, bool> met, string what)
    {
        JsonNode? mirror = null;
        await Engine.Eventually(
            async () => await engine.TryKubectl("get", "pod", "web-testnode", "-o", "json") is { ExitCode: 0 } got && met(mirror = JsonNode.Parse(got.Output)!),
            what, TimeSpan.FromSeconds(60));
        return mirror!;
    }

    /// <summary>As editors do it: beside it, then in its place.</summary>
    private async Task Write(string name, string text)
    {
        var beside = Path.Combine(engine.Manifests, $".{name}.new");
        await File.WriteAllTextAsync(beside, text);
        File.Move(beside, Path.Combine(engine.Manifests, name), overwrite: true);
    }

    private static string? Container(JsonNode pod) => (string?)pod["status"]!["containerStatuses"]![0]!["containerID"];
}
