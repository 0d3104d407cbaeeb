using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>Pod Security Standards by a namespace's labels, through the real kubectl and in the audit log.</summary>
public sealed class PodSecurityTests : IAsyncLifetime
{
    private readonly string audit = Path.Combine(Path.GetTempPath(), $"tripod-audit-{Guid.NewGuid():n}");
    private Engine engine = null!;

    public async ValueTask InitializeAsync() => engine = await Engine.StartWith("--audit-log", audit);

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        File.Delete(audit);
    }

    [Fact]
    public async Task Namespace_says_what_its_pods_may_do()
    {
        await engine.Kubectl("create", "namespace", "tight");
        await engine.Kubectl("run", "old", "-n", "tight", "--image=busybox", "--image-pull-policy=IfNotPresent", "--", "sleep", "1000");
        await engine.Kubectl("run", "elder", "-n", "tight", "--image=busybox", "--image-pull-policy=IfNotPresent", "--", "sleep", "1000");

        Assert.Contains("metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted", (await engine.TryKubectl("label", "namespace", "tight", "pod-security.kubernetes.io/enforce=strict")).Error, StringComparison.Ordinal);
        var tightened = await engine.TryKubectl("label", "namespace", "tight", "pod-security.kubernetes.io/enforce=restricted", "pod-security.kubernetes.io/enforce-version=v1.36");
        Assert.Equal(0, tightened.ExitCode);
        Assert.Contains("Warning: existing pods in namespace \"tight\" violate the new PodSecurity enforce level \"restricted:v1.36\"", tightened.Error, StringComparison.Ordinal);
        Assert.Contains("Warning: elder (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile", tightened.Error, StringComparison.Ordinal);

        var refused = await engine.TryKubectl("run", "new", "-n", "tight", "--image=busybox");
        Assert.Contains("pods \"new\" is forbidden: violates PodSecurity \"restricted:v1.36\": allowPrivilegeEscalation != false (container \"new\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"new\" must set securityContext.capabilities.drop=[\"ALL\"])", refused.Error, StringComparison.Ordinal);

        // A running pod may be labelled, but not be given another image or another container.
        await engine.Kubectl("label", "pod", "old", "-n", "tight", "a=b");
        Assert.Contains("violates PodSecurity", (await engine.TryKubectl("set", "image", "pod/old", "-n", "tight", "old=busybox:other")).Error, StringComparison.Ordinal);
        Assert.Contains("violates PodSecurity", (await engine.TryKubectl("debug", "old", "-n", "tight", "--image=busybox", "--profile=general", "--", "true")).Error, StringComparison.Ordinal);

        // Templates are only warned of, at the level that is enforced.
        var template = Path.Combine(engine.Root, "template.yaml");
        await File.WriteAllTextAsync(template, "apiVersion: v1\nkind: PodTemplate\nmetadata: { name: t }\ntemplate: { metadata: { labels: { a: b } }, spec: { containers: [ { name: c, image: a } ] } }\n");
        var warned = await engine.TryKubectl("create", "-n", "tight", "-f", template);
        Assert.Equal(0, warned.ExitCode);
        Assert.Contains("Warning: would violate PodSecurity \"restricted:v1.36\": allowPrivilegeEscalation != false (container \"c\"", warned.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_and_the_audit_log_tell_of_what_is_let_in()
    {
        await engine.Apply("""
            apiVersion: v1
            kind: Namespace
            metadata:
              name: watched
              labels: { pod-security.kubernetes.io/warn: baseline, pod-security.kubernetes.io/audit: baseline, pod-security.kubernetes.io/enforce: privileged }
            """);
        var path = Path.Combine(engine.Root, "p.yaml");
        await File.WriteAllTextAsync(path, "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { hostPID: true, terminationGracePeriodSeconds: 1, containers: [ { name: c, image: busybox, command: [sleep, '1000'] } ] }\n");
        var let = await engine.TryKubectl("create", "-n", "watched", "-f", path);
        Assert.Equal(0, let.ExitCode);
        Assert.Contains("Warning: would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)", let.Error, StringComparison.Ordinal);
        JsonNode? Line() => File.ReadLines(audit).Select(line => JsonNode.Parse(line)!).FirstOrDefault(line => (string?)line["verb"] == "create" && (string?)line["objectRef"]?["resource"] == "pods");
        await Engine.Eventually(() => Task.FromResult(Line() is not null), "the line is written", TimeSpan.FromSeconds(10));
        Assert.Equal("would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)", (string?)Line()!["annotations"]!["pod-security.kubernetes.io/audit-violations"]);
        Assert.Equal("privileged:latest", (string?)Line()!["annotations"]!["pod-security.kubernetes.io/enforce-policy"]);
    }
}
