using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Kubectl;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Liveness, readiness and startup probes by every handler, on real containers.</summary>
public sealed class ProbeTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Theory]
    [InlineData("exec", "exec: { command: [cat, /tmp/ok] }")]
    [InlineData("http", "httpGet: { path: /ok, port: web, httpHeaders: [ { name: X-Probe, value: \"yes\" } ] }")]
    [InlineData("tcp", "tcpSocket: { port: 81 }")]
    public async Task Readiness_follows_what_the_probe_finds(string name, string handler)
    {
        await engine.Apply(Pod($"ready-{name}", $"readinessProbe: {{ {handler}, periodSeconds: 1 }}"));
        var unready = await engine.Until($"ready-{name}", pod => Running(pod) && Condition(pod, "ContainersReady") == "False", "it runs and is not ready");
        Assert.Equal("True", Flag(unready, "started"));
        Assert.Equal("False", Flag(unready, "ready"));

        await engine.Kubectl("exec", $"ready-{name}", "--", "sh", "-c", "touch /tmp/ok /www/ok; httpd -p 81");
        await engine.WaitReady($"ready-{name}");

        await engine.Kubectl("exec", $"ready-{name}", "--", "sh", "-c", "rm /tmp/ok /www/ok; for p in $(pidof httpd); do [ $p = 1 ] || kill $p; done");
        var again = await engine.Until($"ready-{name}", pod => Condition(pod, "Ready") == "False", "it is unready again");
        Assert.Equal(0, Restarts(again));
        Assert.Contains(await engine.Events($"ready-{name}"), line => line.StartsWith("Unhealthy: Readiness probe failed: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failed_readiness_is_told_in_the_kubelets_words()
    {
        await engine.Apply(Pod("words-http", "readinessProbe: { httpGet: { path: /missing, port: 80 }, periodSeconds: 1 }"));
        await engine.Apply(Pod("words-tcp", "readinessProbe: { tcpSocket: { port: 99 }, periodSeconds: 1 }"));
        await engine.Apply(Pod("words-exec", "readinessProbe: { exec: { command: [sh, -c, \"sleep 60\"] }, periodSeconds: 1 }"));
        await Told("words-http", "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 404");
        var address = (string)(await engine.Get("pod", "words-tcp"))["status"]!["podIP"]!;
        await Told("words-tcp", $"Unhealthy: Readiness probe failed: dial tcp {address}:99: connect: connection refused");
        await Told("words-exec", "Unhealthy: Readiness probe failed: command timed out: \"sh -c sleep 60\" timed out after 1s");
    }

    [Theory]
    [InlineData("exec", "exec: { command: [cat, /www/live] }")]
    [InlineData("http", "httpGet: { path: /live, port: 80 }")]
    public async Task Failed_liveness_restarts_the_container(string name, string handler)
    {
        await engine.Apply(Pod($"live-{name}", $"livenessProbe: {{ {handler}, periodSeconds: 1, failureThreshold: 2 }}"));
        await engine.WaitReady($"live-{name}");
        await engine.Kubectl("exec", $"live-{name}", "--", "rm", "/www/live");
        await engine.Until($"live-{name}", pod => Restarts(pod) == 1 && Condition(pod, "Ready") == "True", "it was restarted");
        var events = await engine.Events($"live-{name}");
        Assert.Contains("Killing: Container main failed liveness probe, will be restarted", events);
        Assert.Contains(events, line => line.StartsWith("Unhealthy: Liveness probe failed: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Startup_probe_holds_back_the_others_until_it_succeeds()
    {
        await engine.Apply(Pod(
            "slow",
            """
            startupProbe: { exec: { command: [cat, /tmp/started] }, periodSeconds: 1, failureThreshold: 60 }
                livenessProbe: { exec: { command: [cat, /tmp/alive] }, periodSeconds: 1, failureThreshold: 1 }
                readinessProbe: { exec: { command: ["true"] }, periodSeconds: 60 }
            """));
        await Told("slow", "Unhealthy: Startup probe failed: cat: can't open '/tmp/started': No such file or directory\n");
        var before = await engine.Get("pod", "slow");
        Assert.Equal(("False", "False", 0), (Flag(before, "started"), Flag(before, "ready"), Restarts(before)));

        await engine.Kubectl("exec", "slow", "--", "touch", "/tmp/alive", "/tmp/started");
        await engine.WaitReady("slow");
        Assert.Equal("True", Flag(await engine.Get("pod", "slow"), "started"));
    }

    [Fact]
    public async Task Failed_startup_restarts_with_the_probes_own_grace()
    {
        await engine.Apply(Pod(
            "never",
            "startupProbe: { exec: { command: [\"false\"] }, periodSeconds: 1, failureThreshold: 2, terminationGracePeriodSeconds: 1 }",
            "while true; do sleep 1; done", grace: 600));
        await engine.Until("never", pod => Restarts(pod) >= 1, "it was restarted");
        Assert.Contains("Killing: Container main failed startup probe, will be restarted", await engine.Events("never"));
        await engine.Kubectl("delete", "pod", "never", "--grace-period=1");
    }

    [Fact]
    public async Task Container_that_shall_not_restart_fails_by_its_probe()
    {
        await engine.Apply(Pod("once", "livenessProbe: { exec: { command: [\"false\"] }, periodSeconds: 1, failureThreshold: 1 }", "sleep 100", pod: "restartPolicy: Never"));
        await engine.Until("once", pod => (string?)pod["status"]!["phase"] == "Failed", "it failed");
        Assert.Contains("Killing: Container main failed liveness probe", await engine.Events("once"));
    }

    [Fact]
    public async Task Initial_delay_and_success_threshold_are_kept()
    {
        await engine.Apply(Pod("delayed", "readinessProbe: { exec: { command: [sh, -c, \"date +%s >> /tmp/probes\"] }, initialDelaySeconds: 2, periodSeconds: 1, successThreshold: 3 }"));
        await engine.WaitReady("delayed");
        var pod = await engine.Get("pod", "delayed");
        var started = DateTimeOffset.Parse((string)pod["status"]!["containerStatuses"]![0]!["state"]!["running"]!["startedAt"]!, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        var probes = (await engine.Kubectl("exec", "delayed", "--", "cat", "/tmp/probes")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse).ToList();
        Assert.True(probes.Count >= 3, $"only {probes.Count} probes");
        Assert.True(probes[0] - started >= 2, $"the first came {probes[0] - started} s after the start");
    }

    [Fact]
    public async Task Ready_pod_stays_ready_when_the_engine_dies()
    {
        await using var own = await Engine.Start();
        await own.Apply(Pod("steady", "readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 30 }"));
        await own.WaitReady("steady");
        var before = await own.Get("pod", "steady");
        await own.Kill();
        await own.Launch();
        await own.Kubectl("annotate", "pod", "steady", "touched=yes");
        var after = await own.Get("pod", "steady");
        Assert.Equal(Transition(before), Transition(after));
        Assert.Equal("True", Condition(after, "Ready"));
    }

    [Theory]
    [InlineData("grpc", "grpc: { port: PORT, service: liveness }")]
    [InlineData("https", "httpGet: { port: PORT, scheme: HTTPS, path: \"/ok?a=b\" }")]
    [InlineData("redirect", "httpGet: { port: PORT, path: /away }")]
    public async Task Readiness_is_asked_by_grpc_and_https_and_over_redirects(string name, string handler)
    {
        await using var server = await ProbedServer.Start(name == "https", http2: name == "grpc");
        var container = $"readinessProbe: {{ {handler.Replace("PORT", $"{server.Port}", StringComparison.Ordinal)}, periodSeconds: 1 }}";
        await engine.Apply(Pod($"by-{name}", container, "sleep 100", pod: "hostNetwork: true"));
        await Engine.Eventually(async () => (await engine.Events($"by-{name}")).Any(line => line.StartsWith("Unhealthy: Readiness probe failed: ", StringComparison.Ordinal)), "it fails", TimeSpan.FromSeconds(20));
        if (name == "grpc")
        {
            Assert.Contains("Unhealthy: Readiness probe failed: service unhealthy (responded with \"NOT_SERVING\")", await engine.Events("by-grpc"));
        }

        server.IsHealthy = true;
        await engine.WaitReady($"by-{name}");
        Assert.StartsWith("kube-probe/1.", server.UserAgent, StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", $"by-{name}", "--now");
    }

    [Fact]
    public async Task Redirect_to_elsewhere_is_good_and_told_with_what_the_answer_says()
    {
        await using var server = await ProbedServer.Start(tls: false, http2: false);
        await engine.Apply(Pod("redirected", $"readinessProbe: {{ httpGet: {{ port: {server.Port}, path: /elsewhere }}, periodSeconds: 1 }}", "sleep 100", pod: "hostNetwork: true"));
        await engine.WaitReady("redirected");
        await Engine.Eventually(
            async () => (await engine.Events("redirected")).Any(line => line.StartsWith("ProbeWarning: Readiness probe warning: Probe terminated redirects, Response body: <a href=\"http://0.0.0.0/\">Found</a>.", StringComparison.Ordinal)),
            "it is told",
            TimeSpan.FromSeconds(10));
        await engine.Kubectl("delete", "pod", "redirected", "--now");
    }

    [Fact]
    public async Task Probes_heed_hosts_headers_services_and_ports_by_name()
    {
        await using var plain = await ProbedServer.Start(tls: false, http2: false);
        await using var grpc = await ProbedServer.Start(tls: false, http2: true);
        var host = await engine.Kubectl("get", "node", "testnode", "-o", "jsonpath={.status.addresses[0].address}");
        await engine.Apply(Manifests.Of(
            "heeded",
            "terminationGracePeriodSeconds: 0",
            ("http", $"{Manifests.Sh("sleep 1000")}\nreadinessProbe: {{ httpGet: {{ host: {host}, port: {plain.Port}, path: /headers, scheme: HTTP, httpHeaders: [ {{ name: Host, value: named.example }}, {{ name: X-Probe, value: asked }} ] }}, periodSeconds: 1, timeoutSeconds: 3 }}"),
            ("tcp", $"{Manifests.Sh("sleep 1000")}\nreadinessProbe: {{ tcpSocket: {{ host: {host}, port: {plain.Port} }}, periodSeconds: 1 }}"),
            ("named", $"{Manifests.Sh("exec httpd -f -p 8080")}\nports: [ {{ name: own, containerPort: 8080 }} ]\nreadinessProbe: {{ tcpSocket: {{ port: own }}, periodSeconds: 1 }}\nstartupProbe: {{ tcpSocket: {{ port: own }}, periodSeconds: 1, failureThreshold: 20 }}")));
        grpc.IsHealthy = true;
        await engine.Apply(Pod("heeded-grpc", $"readinessProbe: {{ grpc: {{ port: {grpc.Port}, service: my.service }}, periodSeconds: 1 }}\n    livenessProbe: {{ grpc: {{ port: {grpc.Port} }}, periodSeconds: 60 }}", "sleep 1000", pod: "hostNetwork: true"));
        await engine.WaitReady("heeded-grpc");
        Assert.Contains("my.service", grpc.Services);
        Assert.Contains("", grpc.Services);
        plain.IsHealthy = true;
        await engine.WaitReady("heeded");
        await engine.Kubectl("delete", "pod", "heeded", "heeded-grpc", "--now");
    }

    [Fact]
    public async Task Container_that_a_probe_kills_has_ended_only_when_its_pod_has()
    {
        using var api = new ApiClient(engine);
        await engine.Apply(Pod("killed", "startupProbe: { exec: { command: [\"false\"] }, failureThreshold: 1, periodSeconds: 1, terminationGracePeriodSeconds: 1 }", "exec sleep 1000"));
        var seen = new List<string>();
        await foreach (var (type, pod) in api.Watch("/api/v1/namespaces/default/pods?watch=1&fieldSelector=metadata.name=killed"))
        {
            var state = pod["status"]!["containerStatuses"]?[0]!["state"]!.AsObject().Single().Key;
            seen.Add($"{pod["status"]!["phase"]} {state}");
            if (Restarts(pod) == 1 && pod["metadata"]!["deletionTimestamp"] is null)
            {
                await engine.Kubectl("delete", "pod", "killed", "--wait=false", "--ignore-not-found");
            }

            if (type == "DELETED")
            {
                break;
            }
        }

        Assert.Equal(["Failed terminated"], seen.Where(told => told.EndsWith("terminated", StringComparison.Ordinal)).Distinct());
        Assert.DoesNotContain("Pending", string.Join(", ", seen.SkipWhile(told => !told.StartsWith("Running", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_liveness_kills_with_the_probes_own_grace()
    {
        await engine.Apply(Pod(
            "impatient",
            "livenessProbe: { exec: { command: [test, -e, /tmp/live] }, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1, terminationGracePeriodSeconds: 1 }",
            "trap '' TERM; [ -e /tmp/live ] || while true; do sleep 1; done", grace: 600));
        await engine.Until("impatient", pod => Restarts(pod) >= 1, "it was restarted");
        Assert.Equal(137, (int)(await engine.Get("pod", "impatient")).EndedBefore("main")!["exitCode"]!);
        await engine.Kubectl("delete", "pod", "impatient", "--grace-period=1");
    }

    private async Task Told(string pod, string message) =>
        await Engine.Eventually(async () => (await engine.Events(pod)).Any(line => line == message), $"{pod} has the event {message}", TimeSpan.FromSeconds(20));

    private static string Pod(string name, string container, string script = "mkdir -p /www; touch /www/live; exec httpd -f -p 80 -h /www", int grace = 1, string pod = "restartPolicy: Always") => $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
        spec:
          terminationGracePeriodSeconds: {{grace}}
          {{pod}}
          containers:
          - name: main
            image: busybox
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c", {{System.Text.Json.JsonSerializer.Serialize(script, JsonText.Default.String)}}]
            ports: [ { name: web, containerPort: 80 } ]
            {{container}}
        """;

    private static bool Running(JsonNode pod) => pod["status"]?["containerStatuses"]?[0]?["state"]?["running"] is not null;

    private static string? Condition(JsonNode pod, string type) =>
        (string?)pod["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == type)?["status"];

    private static string? Transition(JsonNode pod) =>
        (string?)pod["status"]!["conditions"]!.AsArray().First(condition => (string?)condition!["type"] == "Ready")!["lastTransitionTime"];

    private static string Flag(JsonNode pod, string name) => $"{(bool)pod["status"]!["containerStatuses"]![0]![name]!}";

    private static int Restarts(JsonNode pod) => (int)(pod["status"]!["containerStatuses"]?[0]?["restartCount"] ?? 0);
}
