using System.Net;
using System.Text;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>What a pod is let in by at a registry, and how its start is told to a collector of traces.</summary>
public sealed class PullTests
{
    [Fact]
    public async Task Image_of_a_closed_registry_is_pulled_by_the_pods_or_its_accounts_secret()
    {
        await using var closed = await RegistryServer.Start(authenticated: true);
        await closed.Push(await TestImages.Busybox(), "team/app:latest");
        await using var engine = await Engine.Start();
        await File.AppendAllTextAsync(Path.Combine(engine.Root, "config.yaml"), $"  - host: {closed.Host}\n    insecure: true\n");
        await engine.Kill();
        await engine.Launch();
        string Manifest(string name, string more) => $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{name}}}
            spec:
              terminationGracePeriodSeconds: 0
              {{more}}
              containers:
              - {name: main, image: "{{closed.Host}}/team/app", command: [sleep, "1000"], imagePullPolicy: Always}
            """;

        await engine.Kubectl("create", "secret", "docker-registry", "wrong", $"--docker-server={closed.Host}", "--docker-username=user", "--docker-password=guessed");
        await engine.Kubectl("create", "secret", "docker-registry", "right", $"--docker-server={closed.Host}/team", $"--docker-username={RegistryServer.User}", $"--docker-password={RegistryServer.Password}");
        await engine.Apply(Manifest("stranger", ""));
        await engine.Until("stranger", pod => (string?)pod["status"]!["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"] is "ErrImagePull" or "ImagePullBackOff", "a stranger is not let in");
        await engine.Apply(Manifest("named", "imagePullSecrets: [{name: missing}, {name: wrong}, {name: right}]"));
        await engine.WaitReady("named");
        Assert.Contains(await engine.Events("named"), text => text.StartsWith("FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (missing);", StringComparison.Ordinal));

        await engine.Kubectl("patch", "serviceaccount", "default", "-p", """{"imagePullSecrets":[{"name":"right"}]}""");
        await engine.Apply(Manifest("byaccount", ""));
        await engine.WaitReady("byaccount");
        await engine.Kubectl("delete", "pod", "--all", "--now");
    }

    [Fact]
    public async Task Start_of_a_pod_is_sent_to_the_collector_as_a_trace()
    {
        using var collector = new HttpListener();
        var address = $"http://127.0.0.1:{Engine.FreePort()}";
        collector.Prefixes.Add($"{address}/");
        collector.Start();
        await using var engine = await Engine.StartWith("--otlp-endpoint", address);
        await engine.Apply(Manifests.Script("traced", "sleep 1000"));
        await engine.WaitReady("traced");
        var seen = new StringBuilder();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!seen.ToString().Contains("start pod", StringComparison.Ordinal))
        {
            var asked = await collector.GetContextAsync().WaitAsync(patience.Token);
            Assert.Equal("/v1/traces", asked.Request.Url!.AbsolutePath);
            using var body = new MemoryStream();
            await asked.Request.InputStream.CopyToAsync(body);
            // Names in a protobuf message are plain text.
            seen.Append(Encoding.Latin1.GetString(body.ToArray()));
            asked.Response.Close();
        }

        Assert.All((string[])["set up volumes", "run sandbox", "start container", "create", "start", "k8s.pod.name", "traced"], name => Assert.Contains(name, seen.ToString(), StringComparison.Ordinal));
        await engine.Kubectl("delete", "pod", "traced", "--now");
    }
}
