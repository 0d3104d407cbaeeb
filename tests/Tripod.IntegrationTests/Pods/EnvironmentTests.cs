using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>What a container's process finds in its environment, its command line and its working directory.</summary>
public sealed class EnvironmentTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Values_come_from_everywhere_that_Kubernetes_knows()
    {
        await engine.Kubectl("create", "configmap", "words", "--from-literal=a=one", "--from-literal=b=two", "--from-literal=c.d=dotted");
        await engine.Kubectl("create", "secret", "generic", "hidden", "--from-literal=key=secret value");
        await engine.Apply(Manifests.Of(
            "env",
            "restartPolicy: Never\nserviceAccountName: default",
            ("main", $$"""
                command: [env]
                resources: { limits: { cpu: 1500m, memory: 64Mi }, requests: { cpu: 250m, memory: 32Mi } }
                envFrom:
                - { prefix: P_, configMapRef: { name: words } }
                - { secretRef: { name: missing, optional: true } }
                env:
                - { name: PLAIN, value: plain }
                - { name: EXPANDED, value: "$(PLAIN)-$(P_a)-$(LATER)-$$(PLAIN)" }
                - { name: LATER, value: later }
                - { name: FROM_MAP, valueFrom: { configMapKeyRef: { name: words, key: b } } }
                - { name: FROM_SECRET, valueFrom: { secretKeyRef: { name: hidden, key: key } } }
                - { name: OPTIONAL, valueFrom: { configMapKeyRef: { name: words, key: none, optional: true } } }
                - { name: NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
                - { name: NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
                - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
                - { name: ACCOUNT, valueFrom: { fieldRef: { fieldPath: spec.serviceAccountName } } }
                - { name: IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
                - { name: HOST, valueFrom: { fieldRef: { fieldPath: status.hostIP } } }
                - { name: UID, valueFrom: { fieldRef: { fieldPath: metadata.uid } } }
                - { name: CPU, valueFrom: { resourceFieldRef: { resource: limits.cpu } } }
                - { name: MILLI, valueFrom: { resourceFieldRef: { resource: requests.cpu, divisor: 1m } } }
                - { name: MEMORY, valueFrom: { resourceFieldRef: { resource: limits.memory, divisor: 1Mi } } }
                - { name: REQUESTED, valueFrom: { resourceFieldRef: { resource: requests.memory } } }
                """)));
        var pod = await engine.Until("env", found => found.Phase() == "Succeeded", "it has printed");
        var lines = (await engine.Kubectl("logs", "env")).Split('\n');
        string[] expected =
        [
            "P_a=one", "P_b=two", "P_c.d=dotted", "PLAIN=plain", "EXPANDED=plain-one-$(LATER)-$(PLAIN)", "LATER=later", "FROM_MAP=two", "FROM_SECRET=secret value",
            "NAME=env", "NAMESPACE=default", "NODE=testnode", "ACCOUNT=default", $"IP={pod["status"]!["podIP"]}", $"HOST={pod["status"]!["hostIP"]}", $"UID={pod["metadata"]!["uid"]}",
            "CPU=2", "MILLI=250", "MEMORY=64", $"REQUESTED={32 << 20}", "HOSTNAME=env",
        ];
        Assert.Empty(expected.Except(lines));
        Assert.DoesNotContain(lines, line => line.StartsWith("OPTIONAL=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pod_is_told_everything_of_itself()
    {
        await engine.Kubectl("create", "secret", "generic", "prefixed", "--from-literal=key=hidden");
        var path = Path.Combine(engine.Root, "told.yaml");
        await File.WriteAllTextAsync(path, Manifests.Of(
            "told",
            "restartPolicy: Never\nenableServiceLinks: false",
            ("main", $$"""
                {{Manifests.Sh("env; echo args $0 $1 $2")}}
                args: ["$(LABEL)", "$$(LABEL)", "$(NOBODY)"]
                resources: { requests: { memory: 10M, ephemeral-storage: 3Mi } }
                envFrom:
                - { prefix: S_, secretRef: { name: prefixed } }
                - { configMapRef: { name: missing, optional: true } }
                env:
                - { name: LABEL, valueFrom: { fieldRef: { fieldPath: "metadata.labels['of']", apiVersion: v1 } } }
                - { name: NOTE, valueFrom: { fieldRef: { fieldPath: "metadata.annotations['example.com/note']" } } }
                - { name: NOLABEL, valueFrom: { fieldRef: { fieldPath: "metadata.labels['none']" } } }
                - { name: IPS, valueFrom: { fieldRef: { fieldPath: status.podIPs } } }
                - { name: HOSTS, valueFrom: { fieldRef: { fieldPath: status.hostIPs } } }
                - { name: CORES, valueFrom: { resourceFieldRef: { resource: limits.cpu } } }
                - { name: BYTES, valueFrom: { resourceFieldRef: { resource: limits.memory } } }
                - { name: DISK, valueFrom: { resourceFieldRef: { resource: limits.ephemeral-storage, divisor: 1Ki } } }
                - { name: NOCPU, valueFrom: { resourceFieldRef: { resource: requests.cpu, divisor: 1m } } }
                - { name: KILO, valueFrom: { resourceFieldRef: { resource: requests.memory, divisor: 1Ki } } }
                - { name: SCRATCH, valueFrom: { resourceFieldRef: { resource: requests.ephemeral-storage, divisor: 1M } } }
                - { name: OTHER, valueFrom: { resourceFieldRef: { containerName: other, resource: limits.cpu, divisor: 1m } } }
                - { name: UNKNOWN, valueFrom: { secretKeyRef: { name: prefixed, key: none, optional: true } } }
                """),
            ("other", "command: [\"true\"]\nresources: { limits: { cpu: 30m } }"))
            .Replace("  name: told\n", "  name: told\n  labels: { of: me }\n  annotations: { example.com/note: \"with space\" }\n", StringComparison.Ordinal));
        await engine.Kubectl("apply", "-f", path);
        var pod = await engine.Until("told", found => found.Phase() == "Succeeded", "it has printed");
        var node = (await engine.Get("node", "testnode"))["status"]!["allocatable"]!;
        var lines = (await engine.Kubectl("logs", "told", "-c", "main")).Split('\n');
        string Addresses(string field) => string.Join(',', pod["status"]![field]!.AsArray().Select(address => address!["ip"]));
        string[] expected =
        [
            "S_key=hidden", "LABEL=me", "NOTE=with space", "NOLABEL=", $"IPS={Addresses("podIPs")}", $"HOSTS={Addresses("hostIPs")}", $"CORES={node["cpu"]}", $"BYTES={Kibi((string)node["memory"]!) * 1024}",
            "NOCPU=0", "KILO=9766", "SCRATCH=4", "OTHER=30", "args me $(LABEL) $(NOBODY)",
        ];
        Assert.Empty(expected.Except(lines));
        Assert.InRange(long.Parse(lines.Single(line => line.StartsWith("DISK=", StringComparison.Ordinal))[5..], System.Globalization.CultureInfo.InvariantCulture) - Kibi((string)node["ephemeral-storage"]!), 0, 1);
        Assert.DoesNotContain(lines, line => line.StartsWith("UNKNOWN=", StringComparison.Ordinal));
        // The API's address is told whatever enableServiceLinks says; of other services there are none.
        Assert.Contains(lines, line => line.StartsWith("KUBERNETES_SERVICE_HOST=10.", StringComparison.Ordinal));
        Assert.Contains("KUBERNETES_SERVICE_PORT=443", lines);

        static long Kibi(string text) => long.Parse(text[..^2], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Command_and_args_stand_in_for_the_images_entrypoint_and_cmd()
    {
        await engine.Registry.Push(await TestImages.Variant("entrypoint", image => image.Entrypoint("echo", "entry").Cmd("cmd")), "library/entrypoint:latest");
        const string Fields = "image: entrypoint\n";
        await engine.Apply(Manifests.Of(
            "args",
            "restartPolicy: Never",
            ("neither", ""), ("command", "command: [echo, own]"), ("args", "args: [mine, \"$(X)\"]\nenv: [ { name: X, value: expanded } ]"), ("both", "command: [echo, own]\nargs: [mine]"))
            .Replace("image: busybox\n", Fields, StringComparison.Ordinal));
        await engine.Until("args", pod => pod.Phase() == "Succeeded", "all have printed");
        Assert.Equal("entry cmd\n", await engine.Kubectl("logs", "args", "-c", "neither"));
        Assert.Equal("own\n", await engine.Kubectl("logs", "args", "-c", "command"));
        Assert.Equal("entry mine expanded\n", await engine.Kubectl("logs", "args", "-c", "args"));
        Assert.Equal("own mine\n", await engine.Kubectl("logs", "args", "-c", "both"));
    }

    [Fact]
    public async Task Working_directory_is_made_where_it_is_missing()
    {
        await engine.Apply(Manifests.Of("cwd", "restartPolicy: Never", ("main", $"{Manifests.Sh("pwd")}\nworkingDir: /some/where")));
        await engine.Until("cwd", pod => pod.Phase() == "Succeeded", "it has printed");
        Assert.Equal("/some/where\n", await engine.Kubectl("logs", "cwd"));
    }

    [Fact]
    public async Task Variable_comes_from_a_file_that_an_init_container_wrote()
    {
        await engine.Apply(Manifests.Of(
            "file",
            $$"""
            restartPolicy: Never
            volumes: [ { name: shared, emptyDir: {} } ]
            initContainers:
            - name: writer
              image: busybox
              imagePullPolicy: IfNotPresent
              {{Manifests.Sh("printf \"# two\\nA='first'\\nB='over\\nlines'\\n\" > /shared/vars")}}
              volumeMounts: [ { name: shared, mountPath: /shared } ]
            """,
            ("main", $$"""
                {{Manifests.Sh("echo \"$A $B\"")}}
                env:
                - { name: A, valueFrom: { fileKeyRef: { volumeName: shared, path: vars, key: A } } }
                - { name: B, valueFrom: { fileKeyRef: { volumeName: shared, path: vars, key: B } } }
                - { name: C, valueFrom: { fileKeyRef: { volumeName: shared, path: none, key: C, optional: true } } }
                """)));
        await engine.Until("file", pod => pod.Phase() == "Succeeded", "it has printed");
        Assert.Equal("first over\nlines\n", await engine.Kubectl("logs", "file"));
    }
}
