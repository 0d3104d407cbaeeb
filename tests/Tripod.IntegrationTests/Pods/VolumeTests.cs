using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Volumes as containers see them, with the modes and links that Kubernetes gives them.</summary>
public sealed class VolumeTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task ConfigMap_is_there_whole_by_items_and_with_modes()
    {
        await engine.Kubectl("create", "configmap", "conf", "--from-literal=one=1", "--from-literal=two=2");
        var output = await Run(
            "conf",
            "cat /whole/one /whole/two; echo; ls /picked/sub; cat /picked/sub/first; stat -L -c %a /whole/one /picked/sub/first; readlink /whole/one; ls /none | wc -l; touch /whole/x 2>/dev/null || echo read-only",
            mounts: "[ { name: whole, mountPath: /whole }, { name: picked, mountPath: /picked }, { name: none, mountPath: /none } ]",
            volumes: """
                - { name: whole, configMap: { name: conf } }
                - { name: picked, configMap: { name: conf, defaultMode: 0400, items: [ { key: one, path: sub/first, mode: 0444 } ] } }
                - { name: none, configMap: { name: not-there, optional: true } }
            """);
        Assert.Equal("12\nfirst\n1644\n444\n..data/one\n0\nread-only\n", output);
    }

    [Fact]
    public async Task Secret_is_in_memory_alone()
    {
        await engine.Kubectl("create", "secret", "generic", "word", "--from-literal=word=hidden");
        var output = await Run(
            "word", "cat /secret/word; echo; stat -f -c %T /secret; stat -L -c %a /secret/word",
            mounts: "[ { name: s, mountPath: /secret, readOnly: true } ]", volumes: "    - { name: s, secret: { secretName: word, defaultMode: 0440 } }");
        Assert.Equal("hidden\ntmpfs\n440\n", output);

        // A pod that is done is gone from the API at once; its directories follow.
        await Engine.Eventually(() => Task.FromResult(!Directory.EnumerateFiles(Path.Combine(engine.Root, "state", "pods"), "word", SearchOption.AllDirectories).Any()), "the volume is gone", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task EmptyDir_is_shared_by_the_containers_outlives_them_and_goes_with_the_pod()
    {
        await engine.Apply("""
            apiVersion: v1
            kind: Pod
            metadata: { name: empty }
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - { name: writer, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, "echo $(cat /d/runs 2>/dev/null)x > /d/runs; while [ ! -e /d/end ]; do sleep 0.05; done; rm /d/end"], volumeMounts: [ { name: d, mountPath: /d } ] }
              - { name: reader, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, "1000"], volumeMounts: [ { name: d, mountPath: /d }, { name: m, mountPath: /m } ] }
              volumes: [ { name: d, emptyDir: {} }, { name: m, emptyDir: { medium: Memory, sizeLimit: 1Mi } } ]
            """);
        await engine.WaitReady("empty");
        Assert.Equal("x\n", await engine.Kubectl("exec", "empty", "-c", "reader", "--", "cat", "/d/runs"));
        Assert.Equal("tmpfs\n", await engine.Kubectl("exec", "empty", "-c", "reader", "--", "stat", "-f", "-c", "%T", "/m"));
        Assert.NotEqual(0, (await engine.TryKubectl("exec", "empty", "-c", "reader", "--", "dd", "if=/dev/zero", "of=/m/large", "bs=1k", "count=2048")).ExitCode);
        await engine.Kubectl("exec", "empty", "-c", "reader", "--", "touch", "/d/end");
        await Engine.Eventually(async () => await engine.Kubectl("exec", "empty", "-c", "reader", "--", "cat", "/d/runs") == "xx\n", "the writer has run again", TimeSpan.FromSeconds(20));

        var uid = await engine.Kubectl("get", "pod", "empty", "-o", "jsonpath={.metadata.uid}");
        Assert.True(Directory.Exists(Path.Combine(engine.Root, "state", "pods", uid)));
        await engine.Kubectl("delete", "pod", "empty");
        await Engine.Eventually(() => Task.FromResult(!Directory.Exists(Path.Combine(engine.Root, "state", "pods", uid))), "it is gone with the pod", TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("DirectoryOrCreate", "made/new", "directory")]
    [InlineData("FileOrCreate", "made-file", "regular empty file")]
    [InlineData("Directory", "", "directory")]
    public async Task HostPath_is_checked_and_made_as_its_type_says(string type, string path, string kind)
    {
        var host = Directory.CreateDirectory(Path.Combine(engine.Root, $"host-{type.ToLowerInvariant()}")).FullName;
        var output = await Run(
            $"host-{type.ToLowerInvariant()}", "stat -c %F /h",
            mounts: "[ { name: h, mountPath: /h } ]", volumes: $"    - {{ name: h, hostPath: {{ path: \"{Path.Combine(host, path)}\", type: {type} }} }}");
        Assert.Equal(kind + "\n", output);
    }

    [Fact]
    public async Task HostPath_of_another_type_is_refused_until_it_is_right()
    {
        var host = Path.Combine(engine.Root, "wanted");
        await engine.Apply(Manifests.Script("wrong", "sleep 1000", container: "volumeMounts: [ { name: h, mountPath: /h } ]", pod: $"volumes: [ {{ name: h, hostPath: {{ path: \"{host}\", type: Directory }} }} ]"));
        await Engine.Eventually(
            async () => (await engine.Events("wrong")).Any(line => line == $"FailedMount: MountVolume.SetUp failed for volume \"h\" : hostPath type check failed: {host} is not a directory"),
            "the event says so", TimeSpan.FromSeconds(20));
        Directory.CreateDirectory(host);
        await engine.WaitReady("wrong", seconds: 60);
        await engine.Kubectl("delete", "pod", "wrong", "--now");
    }

    private async Task<string> Run(string name, string script, string mounts, string volumes)
    {
        await engine.Apply($$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: {{name}} }
            spec:
              restartPolicy: Never
              containers:
              - { name: main, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, {{System.Text.Json.JsonSerializer.Serialize(script, JsonText.Default.String)}}], volumeMounts: {{mounts}} }
              volumes:
            {{volumes}}
            """);
        await engine.Until(name, pod => (string?)pod["status"]!["phase"] is "Succeeded" or "Failed", "it has ended");
        var output = await engine.Kubectl("logs", name);
        await engine.Kubectl("delete", "pod", name);
        return output;
    }
}
