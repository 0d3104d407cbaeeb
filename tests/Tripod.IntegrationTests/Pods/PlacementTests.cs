using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Kubectl;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Which pods the one node takes, in the scheduler's words; taints, priorities and classes.</summary>
public sealed class PlacementTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Theory]
    [InlineData("selector", "nodeSelector: { disk: tape }", "1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.")]
    [InlineData("alone", "affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [ { labelSelector: { matchLabels: { no: one } }, topologyKey: kubernetes.io/hostname } ] } }", "1 node(s) didn't match pod affinity rules. no new claims")]
    [InlineData("spread", "topologySpreadConstraints: [ { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule } ]", "1 node(s) didn't match pod topology spread constraints (missing required label). no new claims")]
    [InlineData("huge", "resources: { requests: { cpu: 1000 } }", "1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.")]
    public async Task Pod_that_fits_nowhere_waits_and_says_why(string name, string spec, string why)
    {
        await engine.Apply(Manifests.Script(name, "sleep 1000", pod: spec));
        var pod = await engine.Until(name, found => found.Holds("PodScheduled") == "False", "the scheduler has spoken");
        var scheduled = Assert.Single(pod["status"]!["conditions"]!.AsArray())!;
        Assert.Equal("Unschedulable", (string?)scheduled["reason"]);
        Assert.StartsWith($"0/1 nodes are available: {why}", (string?)scheduled["message"], StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", name);
    }

    [Fact]
    public async Task Gates_and_other_schedulers_hold_a_pod_back()
    {
        await engine.Apply(Manifests.Script("gated", "sleep 1000", pod: "schedulingGates: [ { name: example.com/wait } ]"));
        await engine.Apply(Manifests.Script("theirs", "sleep 1000", pod: "schedulerName: theirs"));
        Assert.Equal("SchedulingGated", (string?)(await engine.Until("gated", pod => pod.Holds("PodScheduled") == "False", "it is gated"))["status"]!["conditions"]![0]!["reason"]);
        Assert.Contains("SchedulingGated", await engine.Kubectl("get", "pod", "gated"), StringComparison.Ordinal);
        await engine.Kubectl("patch", "pod", "gated", "--type=json", "-p", """[{"op":"remove","path":"/spec/schedulingGates"}]""");
        await engine.WaitReady("gated");

        var pod = await engine.Get("pod", "theirs");
        Assert.Equal(("Pending", null), ((string?)pod["status"]!["phase"], (string?)pod["spec"]!["nodeName"]));
        Assert.Empty(await engine.Events("theirs"));
        await engine.Kubectl("create", "--raw", "/api/v1/namespaces/default/pods/theirs/binding", "-f", await Written("""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"theirs"},"target":{"apiVersion":"v1","kind":"Node","name":"testnode"}}"""));
        await engine.WaitReady("theirs");
        await engine.Kubectl("delete", "pod", "gated", "theirs");
    }

    [Fact]
    public async Task Pods_keep_apart_that_want_to()
    {
        const string apart = "affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [ { labelSelector: { matchLabels: { app: db } }, topologyKey: kubernetes.io/hostname } ] } }";
        string Labelled(string name, string spec) => Manifests.Script(name, "sleep 1000", pod: spec).Replace($"name: {name}", $"name: {name}\n  labels: {{ app: db }}", StringComparison.Ordinal);
        await engine.Apply(Labelled("first-db", apart));
        await engine.WaitReady("first-db");
        await engine.Apply(Labelled("second-db", ""));
        var waiting = await engine.Until("second-db", pod => pod.Holds("PodScheduled") == "False", "it waits");
        Assert.StartsWith("0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.", (string?)waiting["status"]!["conditions"]![0]!["message"], StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "first-db");
        await engine.WaitReady("second-db");

        // And together that want to.
        await engine.Apply(Manifests.Script("follower", "sleep 1000", pod: "affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [ { labelSelector: { matchLabels: { app: leader } }, topologyKey: kubernetes.io/hostname } ] } }"));
        await engine.Until("follower", pod => pod.Holds("PodScheduled") == "False", "it waits");
        await engine.Kubectl("run", "leader", "--image=busybox", "--image-pull-policy=IfNotPresent", "--labels=app=leader", "--", "sleep", "1000");
        await engine.WaitReady("follower");
        await engine.Kubectl("delete", "pod", "second-db", "leader", "follower", "--grace-period=1");
    }

    [Fact]
    public async Task NoExecute_taint_ends_those_that_do_not_tolerate_it()
    {
        await engine.Apply(Manifests.Script("leaves", "sleep 1000"));
        await engine.Apply(Manifests.Script("stays", "sleep 1000", pod: "tolerations: [ { key: ill, operator: Exists } ]"));
        await engine.Apply(Manifests.Script("lingers", "sleep 1000", pod: "tolerations: [ { key: ill, operator: Exists, effect: NoExecute, tolerationSeconds: 12 } ]"));
        foreach (var name in (string[])["leaves", "stays", "lingers"])
        {
            await engine.WaitReady(name);
        }

        var uid = (string)(await engine.Get("pod", "leaves"))["metadata"]!["uid"]!;
        await engine.Kubectl("patch", "pod", "leaves", "--type=merge", "-p", """{"metadata":{"finalizers":["example.com/look"]}}""");
        await engine.Kubectl("taint", "node", "testnode", "ill=yes:NoExecute");
        try
        {
            var leaving = await engine.Until("leaves", pod => pod["metadata"]!["deletionTimestamp"] is not null, "it is deleted");
            var target = leaving["status"]!["conditions"]!.AsArray().First(condition => (string?)condition!["type"] == "DisruptionTarget")!;
            Assert.Equal(("True", "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"), ((string?)target["status"], (string?)target["reason"], (string?)target["message"]));
            await Engine.Eventually(async () => (await engine.Events("leaves")).Contains("TaintManagerEviction: Marking for deletion Pod default/leaves"), "an event tells of it", TimeSpan.FromSeconds(10));
            await engine.Kubectl("patch", "pod", "leaves", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");
            Assert.Null((await engine.Get("pod", "lingers"))["metadata"]!["deletionTimestamp"]);
            await engine.Kubectl("wait", "--for=delete", "pod/lingers", "--timeout=60s");
            Assert.Equal("True", (await engine.Get("pod", "stays")).Holds("Ready"));
        }
        finally
        {
            await engine.Kubectl("taint", "node", "testnode", "ill-");
            await engine.TryKubectl("delete", "pod", "stays", "--ignore-not-found");
        }
    }

    [Fact]
    public async Task Pod_that_matters_more_takes_the_place_of_one_that_matters_less()
    {
        await engine.Kubectl("patch", "node", "testnode", "--subresource=status", "--type=merge", "-p", """{"status":{"capacity":{"example.com/seat":"1"}}}""");
        await Seats("1");
        await engine.Kubectl("create", "priorityclass", "urgent", "--value=1000", "--description=first");
        await engine.Kubectl("create", "priorityclass", "polite", "--value=1000", "--preemption-policy=Never");
        const string seat = "resources: { limits: { example.com/seat: 1 } }";
        await engine.Apply(Manifests.Of(
            "lesser", "terminationGracePeriodSeconds: 60",
            ("main", $"{Manifests.Sh("trap 'exit 0' TERM; while true; do sleep 0.1; done")}\n{seat}\nlifecycle: {{ preStop: {{ exec: {{ command: [sh, -c, \"while ! test -e /tmp/go; do sleep 0.1; done\"] }} }} }}")));
        await engine.WaitReady("lesser");

        await engine.Apply(Manifests.Script("polite", "sleep 1000", container: seat, pod: "priorityClassName: polite"));
        var polite = await engine.Until("polite", pod => pod.Holds("PodScheduled") == "False", "it waits");
        Assert.Equal("0/1 nodes are available: 1 Insufficient example.com/seat. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.", (string?)polite["status"]!["conditions"]![0]!["message"]);
        await engine.Kubectl("delete", "pod", "polite");

        await engine.Apply(Manifests.Script("greater", "sleep 1000", container: seat, pod: "priorityClassName: urgent"));
        var victim = await engine.Until("lesser", pod => pod["metadata"]!["deletionTimestamp"] is not null, "it has to go");
        Assert.Contains(victim["status"]!["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "DisruptionTarget" && (string?)condition["reason"] == "PreemptionByScheduler");
        Assert.Equal("testnode", (string?)(await engine.Get("pod", "greater"))["status"]!["nominatedNodeName"]);
        await engine.Kubectl("exec", "lesser", "--", "touch", "/tmp/go");
        await engine.WaitReady("greater", seconds: 60);
        var greater = await engine.Get("pod", "greater");
        Assert.Equal((1000, "PreemptLowerPriority"), ((int)greater["spec"]!["priority"]!, (string?)greater["spec"]!["preemptionPolicy"]));
        await Engine.Eventually(async () => (await engine.Events("lesser")).Any(line => line == $"Preempted: Preempted by pod {greater["metadata"]!["uid"]} on node testnode"), "an event tells of it", TimeSpan.FromSeconds(10));
        await engine.Kubectl("delete", "pod", "greater");
        await engine.Kubectl("patch", "node", "testnode", "--subresource=status", "--type=merge", "-p", """{"status":{"capacity":{"example.com/seat":null}}}""");
        await Seats(null);

        Task Seats(string? number) => Engine.Eventually(
            async () => (string?)(await engine.Get("node", "testnode"))["status"]!["allocatable"]!["example.com/seat"] == number, "what was added to the capacity can be given to pods", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Priority_classes_are_as_a_cluster_has_them()
    {
        var table = await engine.Kubectl("get", "pc");
        Assert.StartsWith("NAME                      VALUE        GLOBAL-DEFAULT   AGE", table, StringComparison.Ordinal);
        Assert.Contains("system-node-critical      2000001000   false", table, StringComparison.Ordinal);
        Assert.Contains("no PriorityClass with name nobodys was found", (await Refused(Manifests.Script("p", "true", pod: "priorityClassName: nobodys"))), StringComparison.Ordinal);
        Assert.Contains("the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name", await Refused(Manifests.Script("p", "true", pod: "priority: 5")), StringComparison.Ordinal);
        Assert.Contains("maximum allowed value of a user defined priority is 1000000000", (await engine.TryKubectl("create", "priorityclass", "x", "--value=1000000001")).Error, StringComparison.Ordinal);
        Assert.Contains("priority class names with 'system-' prefix are reserved for system use only", (await engine.TryKubectl("create", "priorityclass", "system-x", "--value=1")).Error, StringComparison.Ordinal);

        await engine.Kubectl("create", "priorityclass", "usual", "--value=7", "--global-default=true");
        Assert.Contains("PriorityClass usual is already marked as default. Only one default can exist", (await engine.TryKubectl("create", "priorityclass", "other", "--value=8", "--global-default=true")).Error, StringComparison.Ordinal);
        Assert.Contains("may not be changed in an update.", (await engine.TryKubectl("patch", "priorityclass", "usual", "--type=merge", "-p", "{\"value\":9}")).Error, StringComparison.Ordinal);
        await engine.Apply(Manifests.Script("usual", "sleep 1000", pod: "nodeSelector: { no: where }"));
        Assert.Equal("usual 7", await engine.Kubectl("get", "pod", "usual", "-o", "jsonpath={.spec.priorityClassName} {.spec.priority}"));
        await engine.Kubectl("delete", "pod/usual", "priorityclass/usual");
    }

    [Fact]
    public async Task Pod_under_runc_lives_as_one_under_crun()
    {
        Assert.Matches("(?m)^runc +runc +", await engine.Kubectl("get", "runtimeclass"));
        await engine.Apply(Manifests.Of(
            "other",
            "runtimeClassName: runc\nterminationGracePeriodSeconds: 5",
            ("main", $"{Manifests.Sh("echo begun; trap 'echo ended; exit 7' TERM USR1; while true; do sleep 0.1; done")}\nresources: {{ limits: {{ memory: 64Mi, cpu: 500m }} }}\nlivenessProbe: {{ exec: {{ command: [\"true\"] }}, periodSeconds: 1 }}"),
            ("beside", Manifests.Sh("exec sleep 1000"))));
        await engine.WaitReady("other");
        Assert.Equal("inside\n", await engine.Kubectl("exec", "other", "-c", "main", "--", "echo", "inside"));
        var limit = await engine.Kubectl("exec", "other", "-c", "main", "--", "sh", "-c", "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes");
        Assert.Equal($"{64 << 20}\n", limit);
        await Command.Run(Shell.Newest, "--kubeconfig", engine.Kubeconfig, "patch", "pod", "other", "--subresource", "resize", "-p", """{"spec":{"containers":[{"name":"main","resources":{"limits":{"memory":"80Mi"}}}]}}""");
        await engine.Until("other", pod => (string?)pod.Container("main")?["resources"]?["limits"]?["memory"] == "80Mi", "it is resized in place");
        await engine.Kubectl("exec", "other", "-c", "main", "--", "kill", "-USR1", "1");
        await engine.Until("other", pod => pod.Restarts("main") == 1 && pod.Restarts("beside") == 0, "what ended is started again");
        Assert.Equal("7", await engine.Kubectl("get", "pod", "other", "-o", "jsonpath={.status.containerStatuses[?(@.name==\"main\")].lastState.terminated.exitCode}"));
        Assert.Equal("begun\nended\n", await engine.Kubectl("logs", "other", "-c", "main", "--previous"));
        await engine.Kubectl("delete", "pod", "other");
    }

    [Fact]
    public async Task Runtime_class_chooses_the_OCI_runtime_and_lends_its_overhead()
    {
        Assert.Matches("(?m)^crun +crun +", await engine.Kubectl("get", "runtimeclass"));
        await engine.Apply("""
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: { name: heavy }
            handler: crun
            overhead: { podFixed: { cpu: 10m, memory: 1Mi } }
            scheduling: { nodeSelector: { kubernetes.io/os: linux }, tolerations: [ { key: heavy, operator: Exists } ] }
            ---
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: { name: strange }
            handler: sh
            """);
        await engine.Apply(Manifests.Script("heavy", "exec sleep 1000", pod: "runtimeClassName: heavy"));
        await engine.WaitReady("heavy");
        var pod = await engine.Get("pod", "heavy");
        Assert.Equal("""{"cpu":"10m","memory":"1Mi"}""", pod["spec"]!["overhead"]!.ToJsonString());
        Assert.Equal("linux", (string?)pod["spec"]!["nodeSelector"]!["kubernetes.io/os"]);
        Assert.Contains(pod["spec"]!["tolerations"]!.AsArray(), toleration => (string?)toleration!["key"] == "heavy");

        Assert.Contains("pod rejected: RuntimeClass \"nobodys\" not found", await Refused(Manifests.Script("p", "true", pod: "runtimeClassName: nobodys")), StringComparison.Ordinal);
        Assert.Contains("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead", await Refused(Manifests.Script("p", "true", pod: "runtimeClassName: heavy\n  overhead: { cpu: 1 }")), StringComparison.Ordinal);
        Assert.Contains("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead", await Refused(Manifests.Script("p", "true", pod: "overhead: { cpu: 1 }")), StringComparison.Ordinal);
        Assert.Contains("field is immutable", (await engine.TryKubectl("patch", "runtimeclass", "heavy", "--type=merge", "-p", "{\"handler\":\"runc\"}")).Error, StringComparison.Ordinal);

        // A program of that name is there, but it is no OCI runtime.
        await engine.Apply(Manifests.Script("strange", "exec sleep 1000", pod: "runtimeClassName: strange"));
        await Engine.Eventually(
            async () => (await engine.Events("strange")).Any(line => line.StartsWith("FailedCreatePodSandBox: Failed to create pod sandbox: failed to get sandbox runtime: no runtime for \"sh\" is configured", StringComparison.Ordinal)),
            "an event tells of it", TimeSpan.FromSeconds(20));
        await engine.Kubectl("delete", "pod", "heavy", "strange");
    }

    [Fact]
    public async Task Pods_are_called_what_their_spec_says()
    {
        await engine.Apply(Manifests.Script("named", "exec sleep 1000", pod: "hostname: web\n  subdomain: sub\n  setHostnameAsFQDN: true"));
        await engine.Apply(Manifests.Script("renamed", "exec sleep 1000", pod: "hostnameOverride: www.example.com"));
        await engine.Apply(Manifests.Script("too-long", "exec sleep 1000", pod: $"subdomain: {new string('s', 60)}\n  setHostnameAsFQDN: true"));
        await engine.WaitReady("named");
        await engine.WaitReady("renamed");
        Assert.Equal("web.sub.default.svc.cluster.local\n", await engine.Kubectl("exec", "named", "--", "hostname"));
        Assert.Contains("\tweb.sub.default.svc.cluster.local\tweb\n", await engine.Kubectl("exec", "named", "--", "cat", "/etc/hosts"), StringComparison.Ordinal);
        Assert.Equal("www.example.com\n", await engine.Kubectl("exec", "renamed", "--", "hostname"));
        await Engine.Eventually(async () => (await engine.Events("too-long")).Any(line => line.Contains("is too long (64 characters is the max, ", StringComparison.Ordinal)), "an event tells of it", TimeSpan.FromSeconds(20));
        Assert.Contains("may not be specified when hostNetwork is true", await Refused(Manifests.Script("p", "true", pod: "hostNetwork: true\n  hostnameOverride: a")), StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "named", "renamed", "too-long");
    }

    private async Task<string> Refused(string manifest)
    {
        var done = await engine.TryKubectl("create", "-f", await Written(manifest));
        Assert.NotEqual(0, done.ExitCode);
        return done.Error;
    }

    private async Task<string> Written(string text)
    {
        var path = Path.Combine(engine.Root, $"{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}
