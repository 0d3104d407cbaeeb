using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Claims, volumes and classes: what outlives a pod.</summary>
public sealed class StorageTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Claim_gets_a_directory_with_its_first_pod_which_outlives_that()
    {
        await engine.Apply(Claim("data"));
        var waiting = await Claimed("data", claim => (string?)claim["spec"]!["storageClassName"] == "local-path");
        Assert.Equal("Pending", (string?)waiting["status"]!["phase"]);
        Assert.Contains("local-path (default)", await engine.Kubectl("get", "storageclass"), StringComparison.Ordinal);

        await Write("first", "data", "echo kept > /data/file");
        var bound = await Claimed("data", claim => (string?)claim["status"]!["phase"] == "Bound");
        var volume = (string)bound["spec"]!["volumeName"]!;
        Assert.Contains("1Gi", await engine.Kubectl("get", "pvc,pv"), StringComparison.Ordinal);
        Assert.Equal("kept\n", await Write("second", "data", "cat /data/file"));

        var path = (string)(await engine.Get("pv", volume))["spec"]!["local"]!["path"]!;
        Assert.True(File.Exists(Path.Combine(path, "file")));
        await engine.Kubectl("delete", "pvc", "data");
        await Engine.Eventually(async () => !Directory.Exists(path) && (await engine.TryKubectl("get", "pv", volume)).ExitCode != 0, "the directory goes with the claim", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Claim_in_use_stays_until_its_pod_has_gone()
    {
        await engine.Apply(Claim("used"));
        await engine.Apply(Pod("user", "used", "sleep 1000"));
        await engine.WaitReady("user");
        await engine.Kubectl("delete", "pvc", "used", "--wait=false");
        Assert.Contains("Terminating", await engine.Kubectl("get", "pvc", "used"), StringComparison.Ordinal);
        await engine.Kubectl("delete", "pod", "user", "--now");
        await Engine.Eventually(async () => (await engine.TryKubectl("get", "pvc", "used")).ExitCode != 0, "it goes with its pod", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Volume_of_an_administrator_is_bound_by_class_size_and_mode_and_kept()
    {
        var path = Directory.CreateDirectory(Path.Combine(engine.Root, "static")).FullName;
        foreach (var (name, size) in ((string, string)[])[("small", "1Gi"), ("right", "5Gi"), ("large", "50Gi")])
        {
            await engine.Apply($$"""
                apiVersion: v1
                kind: PersistentVolume
                metadata: { name: {{name}} }
                spec:
                  capacity: { storage: {{size}} }
                  accessModes: [ReadWriteOnce]
                  storageClassName: manual
                  hostPath: { path: {{path}}/{{name}}, type: DirectoryOrCreate }
                """);
        }

        await engine.Apply(Claim("chosen", size: "2Gi", storageClass: "manual"));
        var bound = await Claimed("chosen", claim => (string?)claim["status"]!["phase"] == "Bound");
        Assert.Equal(("right", "5Gi"), ((string?)bound["spec"]!["volumeName"], (string?)bound["status"]!["capacity"]!["storage"]));
        Assert.Equal("ok\n", await Write("static", "chosen", "echo ok > /data/f; cat /data/f"));
        await engine.Kubectl("delete", "pvc", "chosen");
        await Engine.Eventually(async () => (string?)(await engine.Get("pv", "right"))["status"]!["phase"] == "Released", "it is released", TimeSpan.FromSeconds(10));
        Assert.True(File.Exists(Path.Combine(path, "right", "f")));
        await engine.Kubectl("delete", "pv", "small", "right", "large");
    }

    [Fact]
    public async Task Ephemeral_volume_comes_and_goes_with_its_pod()
    {
        await engine.Apply(Manifests.Of(
            "scratch",
            """
            terminationGracePeriodSeconds: 1
            volumes:
            - name: big
              ephemeral: { volumeClaimTemplate: { metadata: { labels: { of: scratch } }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } } }
            """,
            ("main", $"{Manifests.Sh("echo x > /big/file; sleep 1000")}\nvolumeMounts: [ {{ name: big, mountPath: /big }} ]")));
        await engine.WaitReady("scratch");
        var claim = await engine.Get("pvc", "scratch-big");
        Assert.Equal(("scratch", "Pod", "scratch"), ((string?)claim["metadata"]!["labels"]!["of"], (string?)claim["metadata"]!["ownerReferences"]![0]!["kind"], (string?)claim["metadata"]!["ownerReferences"]![0]!["name"]));
        await engine.Kubectl("delete", "pod", "scratch");
        await Engine.Eventually(async () => (await engine.TryKubectl("get", "pvc", "scratch-big")).ExitCode != 0, "the claim goes with the pod", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Pod_waits_for_a_claim_that_is_not_there()
    {
        await engine.Apply(Pod("waits", "later", "sleep 1000"));
        await Engine.Eventually(async () => (await engine.Events("waits")).Any(line => line.StartsWith("FailedScheduling: 0/1 nodes are available: persistentvolumeclaim \"later\" not found.", StringComparison.Ordinal)), "the event says so", TimeSpan.FromSeconds(10));
        await engine.Apply(Claim("later"));
        await engine.WaitReady("waits");
        await engine.Kubectl("delete", "pvc", "later", "--wait=false");
        await engine.Apply(Pod("late", "later", "sleep 1000"));
        await Engine.Eventually(async () => (await engine.Events("late")).Any(line => line.StartsWith("FailedScheduling: 0/1 nodes are available: persistentvolumeclaim \"later\" is being deleted.", StringComparison.Ordinal)), "nobody else gets it", TimeSpan.FromSeconds(10));
        await engine.Kubectl("delete", "pod", "waits", "late", "--now");
    }

    [Fact]
    public async Task Block_device_is_handed_over_raw()
    {
        var image = Path.Combine(engine.Root, "disk.img");
        await using (var file = File.Create(image))
        {
            file.SetLength(4 << 20);
        }

        var loop = (await Command.Run("losetup", "--find", "--show", image)).Trim();
        try
        {
            await engine.Apply($$"""
                apiVersion: v1
                kind: PersistentVolume
                metadata: { name: raw }
                spec:
                  capacity: { storage: 4Mi }
                  volumeMode: Block
                  accessModes: [ReadWriteOnce]
                  storageClassName: raw
                  local: { path: {{loop}} }
                  nodeAffinity: { required: { nodeSelectorTerms: [ { matchExpressions: [ { key: kubernetes.io/hostname, operator: In, values: [testnode] } ] } ] } }
                ---
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: { name: raw }
                spec: { accessModes: [ReadWriteOnce], volumeMode: Block, storageClassName: raw, resources: { requests: { storage: 4Mi } } }
                """);
            await engine.Apply(Manifests.Of(
                "raw",
                "restartPolicy: Never\nvolumes: [ { name: d, persistentVolumeClaim: { claimName: raw } } ]",
                ("main", $"{Manifests.Sh("echo written | dd of=/dev/disk conv=fsync 2>/dev/null; head -c 8 /dev/disk; head -c 1 /dev/vda 2>&1 | grep -c . || true")}\nvolumeDevices: [ {{ name: d, devicePath: /dev/disk }} ]")));
            await engine.Until("raw", pod => pod.Phase() == "Succeeded", "it has ended");
            Assert.StartsWith("written\n", await engine.Kubectl("logs", "raw"), StringComparison.Ordinal);
            await engine.Kubectl("delete", "pod,pvc,pv", "raw");
        }
        finally
        {
            await Command.Try("losetup", "-d", loop);
        }
    }

    [Fact]
    public async Task Volume_of_one_mode_is_not_used_as_the_other()
    {
        await engine.Apply(Claim("files"));
        await engine.Apply(Manifests.Of(
            "misused",
            "terminationGracePeriodSeconds: 0\nvolumes: [ { name: d, persistentVolumeClaim: { claimName: files } } ]",
            ("main", $"{Manifests.Sh("sleep 1000")}\nvolumeDevices: [ {{ name: d, devicePath: /dev/disk }} ]")));
        var pod = await engine.Until("misused", found => found.Waiting("main") == "CreateContainerConfigError", "it is refused");
        Assert.Equal("volume d has volumeMode Filesystem, but is specified in volumeDevices", (string?)pod.Container("main")!["state"]!["waiting"]!["message"]);
        await engine.Kubectl("delete", "pod,pvc", "misused", "files", "--now", "--ignore-not-found");
    }

    private async Task<JsonNode> Claimed(string name, Func<JsonNode, bool> met)
    {
        JsonNode? claim = null;
        await Engine.Eventually(async () => met(claim = await engine.Get("pvc", name)), $"claim {name} is as expected", TimeSpan.FromSeconds(15));
        return claim!;
    }

    private async Task<string> Write(string pod, string claim, string script)
    {
        await engine.Apply(Pod(pod, claim, script, "restartPolicy: Never"));
        await engine.Until(pod, found => found.Phase() == "Succeeded", "it has ended");
        var log = await engine.Kubectl("logs", pod);
        await engine.Kubectl("delete", "pod", pod, "--now");
        return log;
    }

    private static string Claim(string name, string size = "1Gi", string? storageClass = null) => $$"""
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: {{name}} }
        spec:
          accessModes: [ReadWriteOnce]
          resources: { requests: { storage: {{size}} } }
          {{(storageClass is null ? "" : $"storageClassName: {storageClass}")}}
        """;

    private static string Pod(string name, string claim, string script, string spec = "terminationGracePeriodSeconds: 1") => Manifests.Of(
        name,
        $"{spec}\nvolumes: [ {{ name: data, persistentVolumeClaim: {{ claimName: {claim} }} }} ]",
        ("main", $"{Manifests.Sh(script)}\nvolumeMounts: [ {{ name: data, mountPath: /data }} ]"));
}
