using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Pods;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>What people type at kubectl beyond a pod's daily life: no warning, no delay, and refusals that say what to do.</summary>
public sealed class VerbTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;
    private readonly Shell shell = new(shared.Engine);

    public static TheoryData<string> Versions() => Shell.Versions();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Questions_about_the_cluster_are_answered(string kubectl)
    {
        var typed = new Shell(engine, kubectl);
        Assert.Matches(@"Kubernetes control plane.* is running at .*https://127\.0\.0\.1:", await typed.Run("cluster-info"));
        Assert.Contains("\nv1\n", "\n" + await typed.Run("api-versions"), StringComparison.Ordinal);
        Assert.Equal("configmaps\nevents\nnamespaces\nnodes\npersistentvolumeclaims\npersistentvolumes\npods\npodtemplates\nsecrets\nserviceaccounts\n", await typed.Run("api-resources", "--api-group=", "--verbs=list", "-o", "name"));
        Assert.Contains("FIELD: image <string>", await typed.Run("explain", "pod.spec.containers.image"), StringComparison.Ordinal);
        Assert.Matches(@"containers\s+<\[\]Container>", await typed.Run("explain", "pod", "--recursive"));
        Assert.Equal("yes\n", await typed.Run("auth", "can-i", "create", "pods"));
        Assert.Contains("kubernetes-admin", await typed.Run("auth", "whoami"), StringComparison.Ordinal);
        Assert.Equal("No resources found in default namespace.\n", (await typed.Try("get", "ev", "--field-selector=reason=Nothing")).Error);
        Assert.Contains("testnode", await typed.Run("describe", "node"), StringComparison.Ordinal);
        Assert.Contains("Active", await typed.Run("describe", "namespace", "default"), StringComparison.Ordinal);
        Assert.Contains("default", await typed.Run("describe", "serviceaccount", "default"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task List_that_get_wrote_is_taken_back(string kubectl)
    {
        var typed = new Shell(engine, kubectl);
        var names = new[] { "a", "b" }.Select(name => $"list-{Shell.Suffix(kubectl)}-{name}").ToArray();
        var list = await typed.Write($$"""
            apiVersion: v1
            kind: List
            items:
            - { apiVersion: v1, kind: ConfigMap, metadata: { name: {{names[0]}} }, data: { k: v } }
            - { apiVersion: v1, kind: Secret, metadata: { name: {{names[1]}} }, stringData: { k: v } }
            """);
        Assert.Equal($"configmap/{names[0]} created\nsecret/{names[1]} created\n", await typed.Run("apply", "-f", list));
        var written = await typed.Write(await typed.Run("get", $"cm/{names[0]}", $"secret/{names[1]}", "-o", "yaml"));
        Assert.Equal($"configmap/{names[0]} configured\nsecret/{names[1]} configured\n", await typed.Run("apply", "-f", written));
        await typed.Run("delete", "-f", list);
        var wrong = await typed.Write("apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: x }, dta: {} }\n");
        Assert.Contains("unknown field \"dta\"", (await typed.Try("create", "-f", wrong)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_form_of_output_is_there()
    {
        await engine.Apply(Manifests.Script("forms", "sleep 1000"));
        await engine.WaitReady("forms");
        Assert.Equal("forms", await shell.Run("get", "po", "forms", "-o", "go-template={{.metadata.name}}"));
        Assert.Equal("N,Running\n", (await shell.Run("get", "po", "forms", "--no-headers", "-o", "custom-columns=N:.metadata.name,P:.status.phase")).Replace("forms   ", "N,", StringComparison.Ordinal));
        Assert.Contains("pod/forms ", await shell.Run("get", "all,cm"), StringComparison.Ordinal);
        Assert.Contains("configmap/kube-root-ca.crt", await shell.Run("get", "pod/forms", "cm/kube-root-ca.crt"), StringComparison.Ordinal);
        Assert.Equal(5, (await shell.Run("get", "cm", "-A", "--chunk-size=1")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.Contains("kube-root-ca.crt", StringComparison.Ordinal) || line.StartsWith("NAMESPACE", StringComparison.Ordinal)));
        Assert.Equal("Pod", (string?)JsonNode.Parse(await shell.Run("get", "--raw", "/api/v1/namespaces/default/pods/forms"))!["kind"]);
        Assert.Contains("1/1", await shell.Run("get", "pod", "forms", "--subresource=status"), StringComparison.Ordinal);
        Assert.Contains("field label not supported: color", (await shell.Try("get", "po", "--field-selector=color=red")).Error, StringComparison.Ordinal);
        Assert.Contains("Started container main", await shell.Run("events", "--for", "pod/forms"), StringComparison.Ordinal);
        Assert.Equal("No events found in default namespace.\n", (await shell.Try("events", "--for", "pod/forms", "--types=Warning")).Error);
        await shell.Run("delete", "pod", "forms", "--now");
    }

    [Fact]
    public async Task Changed_image_restarts_that_container_in_place()
    {
        await engine.Apply(Manifests.Pair("inplace", Engine.FreePort()));
        await engine.WaitReady("inplace");
        var before = await engine.Get("pod", "inplace");
        await engine.Registry.Push(await TestImages.Busybox(), "library/busybox:other");
        Assert.Equal("pod/inplace image updated\n", await shell.Run("set", "image", "pod/inplace", "neighbour=busybox:other"));
        var after = await engine.Until("inplace", pod => Container(pod, "neighbour") is { } neighbour && (int?)neighbour["restartCount"] == 1 && (bool?)neighbour["ready"] == true, "the neighbour runs again");
        Assert.Equal("busybox:other", (string?)Container(after, "neighbour")!["image"]);
        Assert.Equal((string?)Container(before, "web")!["containerID"], (string?)Container(after, "web")!["containerID"]);
        Assert.Equal((string?)before["status"]!["podIP"], (string?)after["status"]!["podIP"]);
        Assert.Equal(2, (int?)after["metadata"]!["generation"]);

        // A wrong image waits; the right one is taken at once, not when the wait is over.
        await shell.Run("set", "image", "pod/inplace", "neighbour=busybox:nosuch");
        await engine.Until("inplace", pod => (string?)Container(pod, "neighbour")?["state"]?["waiting"]?["reason"] == "ImagePullBackOff", "the pull is given up for now");
        await shell.Run("set", "image", "pod/inplace", "neighbour=busybox");
        await engine.Until("inplace", pod => (bool?)Container(pod, "neighbour")?["ready"] == true, "the neighbour runs again", seconds: 8);
        await shell.Run("delete", "pod", "inplace", "--now");
    }

    [Fact]
    public async Task Cordoned_node_and_gated_pods_wait_until_they_are_let_in()
    {
        await shell.Run("cordon", "testnode");
        await engine.Apply(Manifests.Script("outside", "sleep 1000"));
        var waiting = await engine.Until("outside", pod => Scheduled(pod)?["status"]?.ToString() == "False", "it waits");
        Assert.StartsWith("0/1 nodes are available: 1 node(s) were unschedulable.", (string?)Scheduled(waiting)!["message"], StringComparison.Ordinal);
        Assert.Contains("SchedulingDisabled", await shell.Run("get", "node"), StringComparison.Ordinal);
        await shell.Run("uncordon", "testnode");
        await engine.WaitReady("outside", 10);
        await shell.Run("delete", "pod", "outside", "--now");

        await engine.Apply(Manifests.Script("gated", "sleep 1000", pod: "schedulingGates: [{ name: example.com/wait }]"));
        await engine.Until("gated", pod => (string?)Scheduled(pod)?["reason"] == "SchedulingGated", "it waits");
        await shell.Run("patch", "pod", "gated", "--type=json", "-p", """[{"op":"remove","path":"/spec/schedulingGates"}]""");
        await engine.WaitReady("gated", 10);
        await shell.Run("delete", "pod", "gated", "--now");
    }

    [Fact]
    public async Task Node_that_is_drained_keeps_no_pod()
    {
        await engine.Apply(Manifests.Script("drained", "sleep 1000"));
        await engine.WaitReady("drained");
        Assert.Contains("pod/drained evicted", (await shell.Try("drain", "testnode", "--force", "--pod-selector=!nothing", "--grace-period=1", "--timeout=20s")).Output, StringComparison.Ordinal);
        Assert.Contains("NotFound", (await shell.Try("get", "pod", "drained")).Error, StringComparison.Ordinal);
        await shell.Run("uncordon", "testnode");
    }

    [Fact]
    public async Task Waits_end_when_what_they_wait_for_is_there()
    {
        await engine.Apply(Manifests.Script("awaited", "trap 'exit 0' TERM; while :; do sleep 0.1; done"));
        Assert.Equal("pod/awaited condition met\n", await shell.Run("wait", "--for=jsonpath={.status.podIP}", "pod/awaited", "--timeout=20s"));
        Assert.Equal("pod/awaited condition met\n", await shell.Run("wait", "--for=condition=ContainersReady", "pod", "-l", "!nothing", "--field-selector=metadata.name=awaited", "--timeout=20s"));
        Assert.Equal(1, (await shell.Try("wait", "--for=condition=Ready=false", "pod/awaited", "--timeout=1s")).ExitCode);
        await shell.Run("delete", "pod", "awaited", "--wait=false");
        await shell.Run("wait", "--for=delete", "pod/awaited", "--timeout=20s");
        Assert.Contains("NotFound", (await shell.Try("get", "pod", "awaited")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_served_is_refused_with_what_to_do_instead()
    {
        async Task Refused(string says, params string[] typed) => Assert.Contains(says, (await shell.Try(typed)).Error, StringComparison.Ordinal);
        await Refused("give the container a hostPort", "create", "service", "clusterip", "s", "--tcp=80");
        await Refused("make a pod of the Job's spec.template", "create", "job", "j", "--image=busybox");
        await Refused("deployments.apps is not served by tripod", "rollout", "status", "deployment/x");
        await engine.Apply(Manifests.Script("plain", "sleep 1000"));
        await Refused("`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)", "patch", "pod", "plain", "-p", """{"spec":{"hostname":"x"}}""");
        await shell.Run("delete", "pod", "plain", "--now");
    }

    [Fact]
    public async Task Namespace_goes_with_all_that_is_in_it()
    {
        await shell.Run("create", "namespace", "crowded");
        var pod = await shell.Write(Manifests.Script("a", "trap 'exit 0' TERM; while :; do sleep 0.1; done"));
        await shell.Run("-n", "crowded", "apply", "-f", pod);
        await shell.Run("-n", "crowded", "run", "b", "--image=nosuch.invalid/x:1");
        await shell.Run("-n", "crowded", "wait", "--for=condition=Ready", "pod/a", "--timeout=20s");
        await shell.Run("delete", "namespace", "crowded", "--timeout=20s");
        Assert.Equal("", await shell.Run("get", "events,pods,cm,sa", "-n", "crowded", "-o", "name"));
    }

    [Fact]
    public async Task Namespace_lets_its_pods_go_first_and_says_what_holds_it()
    {
        await shell.Run("create", "namespace", "held");
        await shell.Run("-n", "held", "create", "configmap", "used");
        await shell.Run("-n", "held", "run", "last", "--image=nosuch.invalid/x:1");
        await shell.Run("-n", "held", "patch", "pod", "last", "--type=merge", "-p", """{"metadata":{"finalizers":["example.com/look"]}}""");
        await shell.Run("delete", "namespace", "held", "--wait=false");
        await shell.Run("wait", "namespace/held", "--for=condition=NamespaceFinalizersRemaining", "--timeout=20s");
        await shell.Run("wait", "namespace/held", "--for=condition=NamespaceDeletionContentFailure=false", "--timeout=20s");
        Assert.Contains("example.com/look in 1 resource instances", await shell.Run("describe", "namespace", "held"), StringComparison.Ordinal);
        Assert.Contains("pods. has 1 resource instances", await shell.Run("describe", "namespace", "held"), StringComparison.Ordinal);
        Assert.NotEqual("", await shell.Run("-n", "held", "get", "pod", "last", "-o", "jsonpath={.metadata.deletionTimestamp}"));
        Assert.Equal("configmap/used\n", await shell.Run("-n", "held", "get", "configmap", "used", "-o", "name"));
        await shell.Run("-n", "held", "patch", "pod", "last", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");
        await shell.Run("wait", "--for=delete", "namespace/held", "--timeout=40s");
    }

    private static JsonNode? Scheduled(JsonNode pod) =>
        pod["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == "PodScheduled");

    private static JsonNode? Container(JsonNode pod, string name) =>
        pod["status"]?["containerStatuses"]?.AsArray().FirstOrDefault(container => (string?)container!["name"] == name);
}
