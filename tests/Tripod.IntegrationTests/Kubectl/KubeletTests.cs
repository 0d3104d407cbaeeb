using System.Globalization;
using System.Text.RegularExpressions;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Pods;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>What tools ask of a node's kubelet through the API: usage, configuration, logs, health; and of a pod's own server.</summary>
public sealed class KubeletTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private const string Node = "/api/v1/nodes/testnode/proxy";

    private readonly Engine engine = shared.Engine;
    private readonly Shell shell = new(shared.Engine);

    public static TheoryData<string> Versions() => Shell.Versions();

    [Fact]
    public async Task Top_shows_what_pods_and_node_use()
    {
        await engine.Apply(Manifests.Script("busy", "while :; do :; done"));
        await engine.Apply(Manifests.Script("idle", "sleep 1000"));
        await engine.WaitReady("busy");
        await engine.WaitReady("idle");
        foreach (var kubectl in Versions().Select(row => row.Data))
        {
            var rows = (await new Shell(engine, kubectl).Run("top", "pod", "--containers", "--no-headers")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            // What idle's own start cost may still be within the span that is measured: it is far below busy's, not nought.
            Assert.InRange(Millicores(rows, "idle"), 0, Millicores(rows, "busy") / 3);
            Assert.Matches(@"testnode\s+[1-9]\d*m\s+\d+%\s+\d+Mi\s+\d+%", await new Shell(engine, kubectl).Run("top", "node"));
        }

        var busy = Regex.Match(await shell.Run("top", "pod", "busy", "--no-headers"), @"\s(\d+)m");
        Assert.True(int.Parse(busy.Groups[1].Value, CultureInfo.InvariantCulture) > 100, busy.Value);
        Assert.Equal("No resources found\n", (await shell.Try("top", "pod", "-l", "app=nothing", "-A")).Error);
        Assert.DoesNotContain("idle", await shell.Run("top", "pod", "busy"), StringComparison.Ordinal);
        Assert.Contains("NotFound", (await shell.Try("get", "--raw", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/nobody")).Error, StringComparison.Ordinal);
        await shell.Run("delete", "pod", "busy", "idle", "--now");
    }

    private static int Millicores(IEnumerable<string> rows, string pod)
    {
        var row = Assert.Single(rows, row => Regex.IsMatch(row, $@"^{pod}\s+main\s+\d+m\s+\d+Mi"));
        return int.Parse(Regex.Match(row, @"\s(\d+)m\s").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Node_proxy_answers_as_a_kubelet()
    {
        await engine.Apply(Manifests.Script("watched", "echo said; sleep 1000"));
        await engine.WaitReady("watched");
        Assert.Equal("ok", await Raw($"{Node}/healthz"));
        Assert.Contains("\"apiVersion\":\"kubelet.config.k8s.io/v1beta1\"", await Raw($"{Node}/configz"), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"watched\"", await Raw($"{Node}/pods"), StringComparison.Ordinal);
        Assert.Contains("\"podRef\":{\"name\":\"watched\"", await Raw($"{Node}/stats/summary"), StringComparison.Ordinal);
        Assert.Contains("container_memory_working_set_bytes{container=\"main\",namespace=\"default\",pod=\"watched\"}", await Raw("/api/v1/nodes/testnode:10250/proxy/metrics/resource"), StringComparison.Ordinal);
        Assert.Contains("container_network_receive_bytes_total{interface=\"eth0\"", await Raw($"{Node}/metrics/cadvisor"), StringComparison.Ordinal);
        Assert.Contains("kubelet_running_pods", await Raw($"{Node}/metrics"), StringComparison.Ordinal);
        await Engine.Eventually(async () => await Raw($"{Node}/containerLogs/default/watched/main") == "said\n", "its log is there", TimeSpan.FromSeconds(5));
        Assert.StartsWith("<!doctype html>", await Raw($"{Node}/logs/"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await shell.Try("get", "--raw", $"{Node}/logs/../../etc/shadow")).ExitCode);
        Assert.NotEqual(0, (await shell.Try("get", "--raw", $"{Node}/logs/%2e%2e/%2e%2e/etc/shadow")).ExitCode);
        Assert.Contains("NotFound", (await shell.Try("get", "--raw", "/api/v1/nodes/other/proxy/healthz")).Error, StringComparison.Ordinal);
        await shell.Run("delete", "pod", "watched", "--now");
    }

    [Fact]
    public async Task Pod_proxy_reaches_the_pods_own_server()
    {
        await engine.Apply(Manifests.Script("web", "mkdir -p /tmp/w/sub; echo hello > /tmp/w/index.html; busybox httpd -f -p 8080 -h /tmp/w"));
        await engine.WaitReady("web");
        const string Web = "/api/v1/namespaces/default/pods";
        await Engine.Eventually(async () => (await shell.Try("get", "--raw", $"{Web}/web:8080/proxy/")).Output == "hello\n", "it serves", TimeSpan.FromSeconds(5));
        Assert.Equal("hello\n", await Raw($"{Web}/http:web:8080/proxy/index.html"));
        using var api = new ApiClient(engine);
        var moved = await api.Get($"{Web}/web:8080/proxy/sub");
        Assert.NotEqual(500, moved.Code);
        Assert.Equal((404, 503), ((await api.Get($"{Web}/web:8080/proxy/nothing")).Code, (await api.Get($"{Web}/web:8081/proxy/")).Code));
        await shell.Run("delete", "pod", "web", "--now");
    }

    [Fact]
    public async Task Health_and_metrics_are_shown()
    {
        Assert.Equal("ok", await Raw("/healthz"));
        Assert.Contains("[+]store ok\n", await Raw("/readyz?verbose"), StringComparison.Ordinal);
        Assert.EndsWith("livez check passed\n", await Raw("/livez?verbose&exclude=store"), StringComparison.Ordinal);
        Assert.Equal("ok", await Raw("/livez/ping"));
        Assert.NotEqual(0, (await shell.Try("get", "--raw", "/livez/nothing")).ExitCode);
        await shell.Run("get", "configmaps");
        var metrics = await Raw("/metrics");
        Assert.Contains("apiserver_request_total{verb=\"LIST\",group=\"\",resource=\"configmaps\",subresource=\"\",code=\"200\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("apiserver_request_duration_seconds_bucket{verb=\"LIST\",group=\"\",resource=\"configmaps\",subresource=\"\",le=\"+Inf\"}", metrics, StringComparison.Ordinal);
        Assert.Matches(@"process_resident_memory_bytes \d+", metrics);
        Assert.Matches("apiserver_storage_objects{resource=\"namespaces\"} [3-9]", metrics);
    }

    [Fact]
    public async Task Node_keeps_its_lease()
    {
        await Engine.Eventually(async () => (await shell.Try("get", "lease", "testnode", "-n", "kube-node-lease", "-o", "jsonpath={.spec.holderIdentity}")).Output == "testnode", "the lease is there", TimeSpan.FromSeconds(5));
        Assert.Matches(@"HolderIdentity:\s+testnode", await shell.Run("describe", "node", "testnode"));
    }

    [Fact]
    public async Task Node_keeps_the_conditions_that_others_report()
    {
        await shell.Run("patch", "node", "testnode", "--subresource=status", "-p", """{"status":{"conditions":[{"type":"KernelDeadlock","status":"False","reason":"KernelHasNoDeadlock"}]}}""");
        await shell.Run("patch", "node", "testnode", "--subresource=status", "-p", """{"status":{"capacity":{"example.com/probe":"1"}}}""");
        await shell.Run("wait", "node/testnode", "--for=jsonpath={.status.allocatable.example\\.com/probe}=1", "--timeout=5s");
        Assert.Matches(@"KernelDeadlock\s+False", await shell.Run("describe", "node", "testnode"));
        await shell.Run("wait", "node/testnode", "--for=condition=Ready", "--timeout=5s");
        await shell.Run("patch", "node", "testnode", "--subresource=status", "-p", """{"status":{"conditions":[{"type":"KernelDeadlock","$patch":"delete"}],"capacity":{"example.com/probe":null}}}""");
    }

    private Task<string> Raw(string path) => shell.Run("get", "--raw", path);
}
