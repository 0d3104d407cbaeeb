using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Pods;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>Verbs that people type seldom and miss when they are not there.</summary>
public sealed class RareVerbTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;
    private readonly Shell shell = new(shared.Engine);

    public static TheoryData<string> Versions() => Shell.Versions();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Debug_adds_a_container_to_a_pod_that_runs(string kubectl)
    {
        var typed = new Shell(engine, kubectl);
        var pod = $"bugged-{Shell.Suffix(kubectl)}";
        await engine.Apply(Manifests.Script(pod, "sleep 1000"));
        await engine.WaitReady(pod);
        await typed.Try("debug", pod, "--image=busybox", "--image-pull-policy=IfNotPresent", "--container=helper", "--profile=general", "--", "sh", "-c", "hostname; sleep 1000");
        await engine.Until(pod, document => document["status"]?["ephemeralContainerStatuses"]?[0]?["state"]?["running"] is not null, "the helper runs");
        Assert.Equal($"{pod}\n", await typed.Run("exec", pod, "-c", "helper", "--", "hostname"));
        await Engine.Eventually(async () => await typed.Run("logs", pod, "-c", "helper") == $"{pod}\n", "its log is there", TimeSpan.FromSeconds(5));
        Assert.Contains("Ephemeral Containers:\n  helper:", await typed.Run("describe", "pod", pod), StringComparison.Ordinal);

        // With a target it sees the processes of that container.
        await typed.Try("debug", pod, "--image=busybox", "--image-pull-policy=IfNotPresent", "--container=seer", "--target=main", "--profile=general", "--", "sh", "-c", "ps; sleep 2000");
        await Engine.Eventually(async () => (await typed.Try("logs", pod, "-c", "seer")).Output.Contains("sleep 1000", StringComparison.Ordinal), "the target's process is seen", TimeSpan.FromSeconds(15));

        // What is there stays, and nothing else of the pod can be changed by this way.
        var part = $"/api/v1/namespaces/default/pods/{pod}/ephemeralcontainers";
        using var api = new ApiClient(engine);
        Assert.Equal(422, (await api.Patch(part, """{"spec":{"ephemeralContainers":[]}}""")).Code);
        Assert.Equal(422, (await api.Patch(part, """{"spec":{"ephemeralContainers":[{"name":"main","image":"x"}]}}""", "application/strategic-merge-patch+json")).Code);
        Assert.Equal(422, (await api.Patch(part, """{"spec":{"ephemeralContainers":[{"name":"new","image":"x","ports":[{"containerPort":1}]}]}}""", "application/strategic-merge-patch+json")).Code);
        Assert.Null((await api.Patch(part, """{"metadata":{"labels":{"changed":"yes"}}}""")).Body["metadata"]!["labels"]?["changed"]);
        Assert.Equal(422, (await api.Patch($"/api/v1/namespaces/default/pods/{pod}", """{"spec":{"ephemeralContainers":[{"name":"new","image":"x"}]}}""", "application/strategic-merge-patch+json")).Code);
        await typed.Run("delete", "pod", pod, "--now");
    }

    [Fact]
    public async Task Debug_makes_a_copy_of_a_pod_and_a_pod_on_the_node()
    {
        await engine.Apply(Manifests.Script("original", "sleep 1000"));
        await engine.WaitReady("original");
        await shell.Try("debug", "original", "--copy-to=copy", "--set-image=main=busybox:latest", "--profile=general");
        await engine.WaitReady("copy");
        await shell.Try("debug", "node/testnode", "--image=busybox", "--image-pull-policy=IfNotPresent", "--profile=general", "--", "sleep", "1000");
        var node = (await shell.Run("get", "pods", "-o", "name")).Split('\n').Single(name => name.StartsWith("pod/node-debugger-testnode-", StringComparison.Ordinal));
        await shell.Run("wait", "--for=condition=Ready", node, "--timeout=20s");
        Assert.Contains("etc\n", await shell.Run("exec", node, "--", "ls", "/host"), StringComparison.Ordinal);
        await shell.Run("delete", "pod/original", "pod/copy", node, "--now");
    }

    [Fact]
    public async Task Dump_of_the_cluster_is_written()
    {
        var folder = Path.Combine(engine.Root, "dump");
        await shell.Run("cluster-info", "dump", $"--output-directory={folder}", "--all-namespaces");
        Assert.Equal("testnode", (string?)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "nodes.json")))!["items"]![0]!["metadata"]!["name"]);
        Assert.True(File.Exists(Path.Combine(folder, "default/pods.json")));
        Assert.Contains("deployments.apps is not served", (await shell.Try("get", "deployments")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_shows_the_API_to_local_programs()
    {
        using var proxy = shell.Start("proxy", "--port=0");
        try
        {
            var line = await proxy.StandardOutput.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
            var port = int.Parse(Regex.Match(line!, @":(\d+)$").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Contains("\"kind\":\"NamespaceList\"", await Engine.Http(port, "/api/v1/namespaces"), StringComparison.Ordinal);
            Assert.Equal("ok", await Engine.Http(port, "/readyz"));
        }
        finally
        {
            proxy.Kill();
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Server_side_apply_takes_over_what_kubectl_applied_before(string kubectl)
    {
        var typed = new Shell(engine, kubectl);
        var name = $"over-{Shell.Suffix(kubectl)}";
        Task<string> Manifest(string value) => typed.Write($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name} }}\ndata: {{ a: {value} }}\n");
        await typed.Run("apply", "-f", await Manifest("one"));
        Assert.Equal($"configmap/{name} serverside-applied\n", await typed.Run("apply", "--server-side", "-f", await Manifest("two")));
        var owners = JsonNode.Parse(await typed.Run("get", "cm", name, "-o", "json", "--show-managed-fields"))!["metadata"]!["managedFields"]!.AsArray();
        Assert.DoesNotContain(owners, owner => (string?)owner!["manager"] == "kubectl-client-side-apply");
        Assert.Contains("a: two", await typed.Run("apply", "view-last-applied", "cm", name), StringComparison.Ordinal);
        Assert.Equal($"configmap/{name} configured\n", await typed.Run("apply", "-f", await Manifest("three")));
        Assert.Contains("conflict with \"kubectl-client-side-apply\" using v1: .data.a", (await typed.Try("apply", "--server-side", "--field-manager=other", "-f", await Manifest("four"))).Error, StringComparison.Ordinal);
        var diff = await typed.Try("diff", "--server-side", "--force-conflicts", "-f", await Manifest("five"));
        Assert.Equal(1, diff.ExitCode);
        Assert.Contains("+  a: five", diff.Output, StringComparison.Ordinal);
        Assert.Equal("three", await typed.Run("get", "cm", name, "-o", "jsonpath={.data.a}"));
        Assert.Equal(0, (await typed.Try("diff", "-f", await Manifest("three"))).ExitCode);
        await typed.Run("delete", "cm", name);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Older_clients_streams_are_carried_by_SPDY(string kubectl)
    {
        var pod = $"spdy-{Shell.Suffix(kubectl)}";
        await engine.Apply(Manifests.Script(pod, "mkdir -p /tmp/w; echo hello > /tmp/w/index.html; busybox httpd -f -p 8080 -h /tmp/w"));
        await engine.WaitReady(pod);
        var typed = new Shell(engine, kubectl);
        const string Old = "export KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false KUBECTL_PORT_FORWARD_WEBSOCKETS=false;";
        var done = await typed.Script($"{Old} echo in | K exec -i {pod} -- sh -c 'cat; echo err >&2; exit 5'");
        Assert.Equal((5, "in\n"), (done.ExitCode, done.Output));
        Assert.Contains("err\n", done.Error, StringComparison.Ordinal);
        done = await typed.Script($"{Old} head -c 5000000 /dev/urandom > $HOME/.spdy-{pod}; K cp $HOME/.spdy-{pod} {pod}:/tmp/f && K exec {pod} -- sha256sum < /dev/null /tmp/f; sha256sum $HOME/.spdy-{pod}; rm $HOME/.spdy-{pod}");
        var sums = done.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToList();
        Assert.True(sums.Count == 2 && sums[0] == sums[1], done.Output + done.Error);
        done = await typed.Script($"{Old} $K port-forward {pod} :8080 > $HOME/.out-{pod} 2>&1 & P=$!; for i in $(seq 50); do grep -q Forwarding $HOME/.out-{pod} && break; sleep 0.1; done; wget -qO- http://127.0.0.1:$(grep -oP '127.0.0.1:\\K[0-9]+' $HOME/.out-{pod}); kill $P; rm $HOME/.out-{pod}");
        Assert.Equal("hello\n", done.Output);
        await typed.Run("delete", "pod", pod, "--now");
    }

    [Fact]
    public async Task Fast_writer_loses_no_line()
    {
        await engine.Apply(Manifests.Script("fast", "sleep 1; seq 1 300000", restartPolicy: "Never"));
        await engine.Until("fast", pod => (string?)pod["status"]?["phase"] is "Running" or "Succeeded", "it runs");
        var followed = (await shell.Run("logs", "-f", "fast")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(300_000, followed.Length);
        Assert.Equal(Enumerable.Range(1, 300_000).Select(number => $"{number}"), followed);
        Assert.Equal("299999\n300000\n", await shell.Run("logs", "fast", "--tail=2"));
        await shell.Run("delete", "pod", "fast", "--now");
    }

    [Fact]
    public async Task Logs_of_several_pods_are_told_apart()
    {
        foreach (var name in (string[])["left", "right"])
        {
            await engine.Apply(Manifests.Script(name, $"echo {name}; sleep 1000").Replace($"name: {name}\n", $"name: {name}\n  labels: {{ side: both }}\n", StringComparison.Ordinal));
            await engine.WaitReady(name);
        }

        await Engine.Eventually(async () => (await shell.Run("logs", "-l", "side=both", "--prefix")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
            .SequenceEqual(["[pod/left/main] left", "[pod/right/main] right"]), "both say theirs", TimeSpan.FromSeconds(5));
        await shell.Run("delete", "pod", "-l", "side=both", "--now");
    }

    [Fact]
    public async Task Taints_sets_and_the_like_change_what_they_name()
    {
        await shell.Run("taint", "node", "testnode", "example.com/t=v:PreferNoSchedule");
        Assert.Contains("example.com/t=v:PreferNoSchedule", await shell.Run("describe", "node", "testnode"), StringComparison.Ordinal);
        await shell.Run("taint", "node", "testnode", "example.com/t-");
        await shell.Run("create", "rolebinding", "set", "--clusterrole=view", "--user=one");
        Assert.Contains("subjects updated", await shell.Run("set", "subject", "rolebinding", "set", "--user=two"), StringComparison.Ordinal);
        Assert.Contains("one, two", await shell.Run("get", "rolebinding", "set", "-o", "wide"), StringComparison.Ordinal);
        await shell.Run("delete", "rolebinding", "set");
        var folder = Directory.CreateDirectory(Path.Combine(engine.Root, "kustom")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "kustomization.yaml"), "configMapGenerator:\n- name: kustom\n  literals: [a=b]\ngeneratorOptions: { disableNameSuffixHash: true }\n");
        Assert.Equal("configmap/kustom created\n", await shell.Run("apply", "-k", folder));
        Assert.Contains("name: kustom", await shell.Run("kustomize", folder), StringComparison.Ordinal);
        await shell.Run("delete", "-k", folder);
    }

    [Fact]
    public async Task Verbs_for_kinds_that_are_not_served_say_what_to_do_instead()
    {
        async Task Refused(string says, params string[] typed)
        {
            var done = await shell.Try(typed);
            Assert.NotEqual(0, done.ExitCode);
            Assert.Contains(says, done.Error, StringComparison.Ordinal);
        }

        await engine.Apply(Manifests.Script("lone", "sleep 1000"));
        await Refused("give the container a hostPort", "expose", "pod", "lone", "--port=80", "--selector=a=b");
        await Refused("make a pod of the Deployment's spec.template", "autoscale", "deployment", "x", "--max=2");
        await Refused("no objects passed to scale", "scale", "deployment/x", "--replicas=2");
        await Refused("make a pod of the Deployment's spec.template", "rollout", "restart", "deployment/x");
        await Refused("certificatesigningrequests", "certificate", "approve", "x");
        await shell.Run("delete", "pod", "lone", "--now");
    }

    [Fact]
    public async Task What_kubectl_does_by_itself_works_on_the_engines_kubeconfig()
    {
        Assert.Contains("tripod", await shell.Run("config", "get-contexts", "-o", "name"), StringComparison.Ordinal);
        Assert.Contains("certificate-authority-data: DATA+OMITTED", await shell.Run("config", "view"), StringComparison.Ordinal);
        Assert.StartsWith("default\n", (await Command.Run("env", $"KUBECONFIG={engine.Kubeconfig}", "kubectl", "__complete", "get", "serviceaccounts", "def")), StringComparison.Ordinal);
        Assert.Contains("__start_kubectl", await Command.Run("kubectl", "completion", "bash"), StringComparison.Ordinal);
        Assert.Contains("unable to find any kubectl plugins", (await shell.Try("plugin", "list")).Error, StringComparison.Ordinal);
    }
}
