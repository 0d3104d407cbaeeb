using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>What a pod is limited by, read in the cgroups and in /proc; on a v1 machine.</summary>
public sealed class CgroupTests(CgroupTests.Limited limited) : IClassFixture<CgroupTests.Limited>
{
    private const string Idle = "trap 'exit 0' TERM; while true; do sleep 0.1; done";

    private readonly Engine engine = limited.Engine;

    [Fact]
    public async Task Every_quality_of_service_has_its_place_in_the_tree()
    {
        await engine.Apply(Manifests.Of("guaranteed", "terminationGracePeriodSeconds: 1", ("main", $"{Manifests.Sh(Idle)}\nresources: {{ limits: {{ cpu: 100m, memory: 32Mi }} }}")));
        await engine.Apply(Manifests.Of(
            "burstable", "terminationGracePeriodSeconds: 1",
            ("main", $"{Manifests.Sh(Idle)}\nresources: {{ requests: {{ cpu: 200m, memory: 16Mi }} }}"), ("other", $"{Manifests.Sh(Idle)}\nresources: {{ limits: {{ cpu: 300m, memory: 64Mi }} }}")));
        await engine.Apply(Manifests.Of("besteffort", "terminationGracePeriodSeconds: 1", ("main", Manifests.Sh(Idle))));
        foreach (var name in (string[])["guaranteed", "burstable", "besteffort"])
        {
            await engine.WaitReady(name);
        }

        var (guaranteed, burstable, bestEffort) = (await engine.Get("pod", "guaranteed"), await engine.Get("pod", "burstable"), await engine.Get("pod", "besteffort"));
        Assert.Equal(["102", "10000", $"{32 << 20}"], Limits(guaranteed, null));
        Assert.Equal(["102", "10000", $"{32 << 20}"], Limits(guaranteed, "main"));

        // One of its containers has no limit: the pod has none.
        Assert.Equal(["512", "-1", "9223372036854771712"], Limits(burstable, null));
        Assert.Equal(["204", "-1", "9223372036854771712"], Limits(burstable, "main"));
        Assert.Equal(["307", "30000", $"{64 << 20}"], Limits(burstable, "other"));
        Assert.Equal(["2", "-1", "9223372036854771712"], Limits(bestEffort, null));
        Assert.Equal("2", ClassFile("besteffort", "cpu", "cpu.shares"));
        Assert.Equal("512", ClassFile("burstable", "cpu", "cpu.shares"));
        Assert.Equal($"{Environment.ProcessorCount * 1024}", ClassFile("", "cpu", "cpu.shares"));
        var node = await engine.Get("node", "testnode");
        Assert.Equal((string?)node["status"]!["allocatable"]!["memory"], $"{long.Parse(ClassFile("", "memory", "memory.limit_in_bytes"), CultureInfo.InvariantCulture) / 1024}Ki");

        // Who asked for more is killed later; below what the engine may set the score is not.
        Assert.Equal("1000", await engine.Kubectl("exec", "besteffort", "--", "cat", "/proc/1/oom_score_adj") is var score ? score.Trim() : "");
        Assert.InRange(int.Parse(await engine.Kubectl("exec", "burstable", "-c", "main", "--", "cat", "/proc/1/oom_score_adj"), CultureInfo.InvariantCulture), 3, 999);
        var least = int.Parse(await File.ReadAllTextAsync("/proc/self/oom_score_adj", TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        Assert.Equal(MayLower ? -997 : least, int.Parse(await engine.Kubectl("exec", "guaranteed", "--", "cat", "/proc/1/oom_score_adj"), CultureInfo.InvariantCulture));

        await engine.Kubectl("delete", "pod", "--all");
        await Engine.Eventually(
            () => Task.FromResult(!Directory.Exists($"/sys/fs/cgroup/cpu/{engine.Name}/kubepods/burstable")), "nothing of them is left", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Pod_has_no_more_processes_than_the_configuration_allows()
    {
        var configuration = JsonNode.Parse(await engine.Kubectl("get", "--raw", "/api/v1/nodes/testnode/proxy/configz"))!;
        Assert.Equal(Limited.Most, (int)configuration["kubeletconfig"]!["podPidsLimit"]!);
        await engine.Apply(Manifests.Of(
            "forks", "terminationGracePeriodSeconds: 1\nrestartPolicy: Never",
            ("main", Manifests.Sh($"i=0; while [ $i -lt {Limited.Most} ]; do sleep 1000 & i=$((i+1)); done; {Idle}")), ("other", "command: [sleep, \"1000\"]")));
        var pod = await engine.Until("forks", found => found.Ended("main") is not null && found.Runs("other"), "no more may be started");
        Assert.Contains("can't fork", await engine.Kubectl("logs", "forks", "-c", "main"), StringComparison.Ordinal);
        Assert.Equal($"{Limited.Most}", new PodCgroup(engine, pod).Read("pids", null, "pids.max"));
        await engine.Kubectl("delete", "pod", "forks", "--force");
    }

    [Fact]
    public async Task Killed_child_is_blamed_on_its_own_container_and_only_when_that_ends()
    {
        // tail keeps what it has read; the shell above it lives on.
        await engine.Apply(Manifests.Of(
            "hungry", "terminationGracePeriodSeconds: 1\nrestartPolicy: Never",
            ("main", $"{Manifests.Sh("tail /dev/zero; echo $? > /dev/termination-log; while [ ! -e /end ]; do sleep 0.1; done; exit 3")}\nresources: {{ limits: {{ memory: 24Mi }} }}"),
            ("other", $"{Manifests.Sh("while [ ! -e /end ]; do sleep 0.1; done; exit 4")}\nresources: {{ limits: {{ memory: 24Mi }} }}"),
            ("direct", $"command: [tail, /dev/zero]\nresources: {{ limits: {{ memory: 24Mi }} }}")));
        var pod = await engine.Until("hungry", found => found.Ended("direct") is not null, "the kernel has killed it");
        Assert.Equal((137, "OOMKilled"), ((int)pod.Ended("direct")!["exitCode"]!, (string?)pod.Ended("direct")!["reason"]));
        await Engine.Eventually(
            () => Task.FromResult(new PodCgroup(engine, pod).Read("memory", "main", "memory.oom_control").Contains("oom_kill 1", StringComparison.Ordinal)), "its child is killed", TimeSpan.FromSeconds(20));
        Assert.True((await engine.Get("pod", "hungry")).Runs("main"));
        await engine.Kubectl("exec", "hungry", "-c", "main", "--", "touch", "/end");
        await engine.Kubectl("exec", "hungry", "-c", "other", "--", "touch", "/end");
        pod = await engine.Until("hungry", found => found.Phase() == "Failed", "all have ended");
        Assert.Equal((3, "OOMKilled", "137\n"), ((int)pod.Ended("main")!["exitCode"]!, (string?)pod.Ended("main")!["reason"], (string?)pod.Ended("main")!["message"]));
        Assert.Equal((4, "Error"), ((int)pod.Ended("other")!["exitCode"]!, (string?)pod.Ended("other")!["reason"]));
    }

    /// <summary>CAP_SYS_RESOURCE, without which nobody's score may be lowered.</summary>
    private static bool MayLower => (Convert.ToUInt64(File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapBnd:", StringComparison.Ordinal)).Split('\t')[1], 16) & (1UL << 24)) != 0;

    private string ClassFile(string quality, string controller, string file) =>
        File.ReadAllText(Path.Combine("/sys/fs/cgroup", controller, engine.Name, "kubepods", quality, file)).Trim();

    private string[] Limits(JsonNode pod, string? container)
    {
        var cgroup = new PodCgroup(engine, pod);
        return [cgroup.Read("cpu", container, "cpu.shares"), cgroup.Read("cpu", container, "cpu.cfs_quota_us"), cgroup.Read("memory", container, "memory.limit_in_bytes")];
    }

    /// <summary>An engine whose pods may have few processes.</summary>
    public sealed class Limited : IAsyncLifetime
    {
        public const int Most = 40;

        public Engine Engine { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Engine = await Engine.Start();
            await Engine.Kill();
            await File.AppendAllTextAsync(Path.Combine(Engine.Root, "config.yaml"), $"\npodPidsLimit: {Most}\n");
            await Engine.Launch();
        }

        public ValueTask DisposeAsync() => Engine?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
