using System.Text;
using Tripod.Pods;
using Tripod.Pods.Planning;
using Tripod.Pods.Resizing;
using Tripod.Pods.Starting;
using Tripod.Pods.Status;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class ResizeTests
{
    private const long Mega = 1 << 20;

    [Fact]
    public void Pod_may_have_more_before_its_containers_and_less_after_them()
    {
        var (has, wants) = (Of(memory: 64, quota: 20), Of(memory: 96, quota: 10));
        var writes = ResizeWrites.Of(has, wants, [new("shrinks", Of(memory: 32, quota: 10), Of(memory: 16, quota: 4)), new("grows", Of(memory: 32, quota: 10), Of(memory: 80, quota: 6))]);
        Assert.Equal(
            ["pod 96/20", "shrinks 16/10", "grows 80/10", "shrinks 16/4", "grows 80/6", "pod 96/10"],
            writes.Select(write => $"{write.ContainerId ?? "pod"} {write.Limits.MemoryLimit / Mega}/{write.Limits.CpuQuota / 1000}"));
    }

    [Fact]
    public void Limit_where_there_was_none_is_less()
    {
        var writes = ResizeWrites.Of(Of(), Of(memory: 64), [new("main", Of(), Of(memory: 64))]);
        Assert.Equal(["main", "pod"], writes.Select(write => write.ContainerId ?? "pod"));
    }

    [Fact]
    public void Nothing_is_written_where_nothing_differs() => Assert.Empty(ResizeWrites.Of(Of(memory: 64), Of(memory: 64), []));

    [Fact]
    public void Granted_amounts_are_the_same_however_they_are_written()
    {
        var allocation = PodAllocation.Of(Stored("""{ "requests": { "cpu": "1000m", "memory": "1024Mi" } }"""));
        Assert.True(allocation.Is(new PodView(Stored("""{ "requests": { "cpu": "1", "memory": "1Gi" } }""")).Spec));
        Assert.False(allocation.Is(new PodView(Stored("""{ "requests": { "cpu": "1" } }""")).Spec));
        Assert.False(allocation.Is(new PodView(Stored("""{ "requests": { "cpu": "2", "memory": "1Gi" } }""")).Spec));
    }

    [Fact]
    public void Pod_is_seen_with_what_it_was_granted_and_knows_what_it_asks_for()
    {
        var allocation = PodAllocation.Parse(PodAllocation.Of(Stored("""{ "requests": { "cpu": "1" } }""")).Document.ToJsonString());
        var pod = new PodView(Stored("""{ "requests": { "cpu": "2" } }"""), allocation);
        Assert.True(pod.WaitsForResize);
        Assert.Equal("1 2", $"{pod.Spec.Containers[0].Resources.Requests["cpu"]} {pod.Desired.Spec.Containers[0].Resources.Requests["cpu"]}");
    }

    [Theory]
    [InlineData("3", "Infeasible", "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000")]
    [InlineData("1500m", "Deferred", "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000")]
    [InlineData("1", "", "")]
    public void Resize_fits_or_waits_or_never_will(string cpu, string reason, string message)
    {
        var (pod, other) = (new PodView(Stored($$"""{ "requests": { "cpu": "{{cpu}}" } }""")), new PodView(Stored("""{ "requests": { "cpu": "1" } }""")));
        var refused = ResizeFit.Refuse(pod.Desired, [other.Spec], new Dictionary<string, decimal> { ["cpu"] = 2, ["memory"] = 1000, ["pods"] = 110 });
        Assert.Equal((reason, message), refused ?? ("", ""));
    }

    [Fact]
    public void Those_that_shrink_are_looked_at_first_then_by_priority()
    {
        PodView Waiting(string name, string from, string to, int priority = 0) =>
            new(Stored($$"""{ "requests": { "cpu": "{{to}}" } }""", name, $", \"priority\": {priority}"), PodAllocation.Of(Stored($$"""{ "requests": { "cpu": "{{from}}" } }""", name)));
        Assert.Equal(
            ["shrinks", "important", "grows"],
            ResizeOrder.Of([Waiting("grows", "1", "2"), Waiting("important", "1", "2", priority: 5), Waiting("shrinks", "2", "1")]).Select(pod => pod.Name));
    }

    [Theory]
    [InlineData("""{ "requests": { "cpu": "100m", "memory": "64Mi" }, "limits": { "cpu": "200m", "memory": "64Mi" } }""", 102, 20000, 64)]
    [InlineData("""{ "requests": { "cpu": "1m" } }""", 2, 0, 0)]
    [InlineData("""{ "limits": { "cpu": "1m" }, "requests": { "cpu": "0" } }""", 2, 1000, 0)]
    [InlineData("""{ "limits": { "cpu": "9E", "memory": "9E" } }""", 262144, 100_000_000_000, 9000L * 1000 * 1000 * 1000 * 1000 * 1000 / (1 << 20))]
    public void Requests_and_limits_become_the_kernels(string resources, long shares, long quota, long megabytes)
    {
        var pod = new PodView(Stored(resources));
        var limits = Resources.Of(pod.Spec, pod.Containers[0], 1L << 33);
        Assert.Equal((shares, quota, megabytes), (limits.CpuShares, limits.CpuQuota, limits.MemoryLimit / Mega));
    }

    [Theory]
    [InlineData("""{ "requests": { "memory": "1Gi" } }""", "", 875)]
    [InlineData("{}", "", 1000)]
    [InlineData("""{ "requests": { "cpu": "1", "memory": "1Gi" }, "limits": { "cpu": "1", "memory": "1Gi" } }""", "", -997)]
    [InlineData("""{ "requests": { "memory": "1Mi" } }""", "", 999)]
    [InlineData("{}", ", \"priority\": 2000001000", -997)]
    [InlineData("{}", ", \"resources\": { \"requests\": { \"memory\": \"2Gi\" } }", 750)]
    public void Who_asked_for_more_memory_is_killed_later(string resources, string spec, int score)
    {
        var pod = new PodView(Stored(resources, spec: spec));
        Assert.Equal(score, Resources.Of(pod.Spec, pod.Containers[0], 1L << 33).OomScoreAdj);
    }

    [Fact]
    public void Pods_own_cgroup_is_limited_where_every_container_is()
    {
        var limited = new PodView(Stored("""{ "requests": { "cpu": "100m" }, "limits": { "cpu": "100m", "memory": "64Mi", "hugepages-2Mi": "4Mi" } }"""));
        var limits = Resources.OfPod(limited.Spec, 77);
        Assert.Equal((102L, 10000L, 64 * Mega, 77L), (limits.CpuShares, limits.CpuQuota, limits.MemoryLimit, limits.PidsLimit));
        var open = Resources.OfPod(new PodView(Stored("{}")).Spec, -1);
        Assert.Equal((2L, 0L, 0L, 0L), (open.CpuShares, open.CpuQuota, open.MemoryLimit, open.PidsLimit));
    }

    [Fact]
    public void Cgroup_files_are_those_of_the_kernels_version()
    {
        var limits = new LinuxResources { CpuShares = 1024, CpuQuota = 50000, CpuPeriod = 100000, MemoryLimit = 64 * Mega, PidsLimit = 10, HugepageLimits = new Dictionary<string, ulong> { ["2MB"] = 4096 } };
        Assert.Equal(
            ["cpu.shares=1024", "cpu.cfs_period_us=100000", "cpu.cfs_quota_us=50000", "memory.limit_in_bytes=67108864", "pids.max=10", "hugetlb.2MB.limit_in_bytes=4096"],
            CgroupLimits.Of(limits, unified: false).Select(file => $"{file.File}={file.Text}"));
        Assert.Equal(
            ["cpu.weight=39", "cpu.max=50000 100000", "memory.max=67108864", "pids.max=10", "hugetlb.2MB.max=4096"],
            CgroupLimits.Of(limits, unified: true).Select(file => $"{file.File}={file.Text}"));
        Assert.Empty(CgroupLimits.Of(new(), unified: true));
        Assert.Equal([1L, 10000L], [CgroupLimits.Weight(2), CgroupLimits.Weight(262144)]);
    }

    [Fact]
    public void Granted_resize_is_carried_out_and_said_to_be_done()
    {
        var pod = Seen.Pod(status: """{ "conditions": [ { "type": "PodResizeInProgress", "status": "True", "observedGeneration": 2 } ] }""");
        var done = PodPlan.Decide(Seen.Of(pod, Seen.Sandbox(), null, Seen.Running("nginx"), Seen.Running("ghost")), Seen.Now);
        Assert.Equal(new PodStep.NoteResized(2), Assert.Single(done.Steps));
        var other = Seen.Running("nginx") with { Config = Seen.Running("nginx").Config with { Resources = new() { CpuShares = 512 } } };
        Assert.IsType<PodStep.Resize>(Assert.Single(PodPlan.Decide(Seen.Of(pod, Seen.Sandbox(), null, other, Seen.Running("ghost")), Seen.Now).Steps));
    }

    [Fact]
    public void Conditions_of_a_resize_are_there_as_long_as_it_is()
    {
        var seen = Seen.Of(Seen.Pod(), Seen.Sandbox(), null, Seen.Running("nginx"), Seen.Running("ghost"));
        Assert.DoesNotContain(Types(seen), type => type!.StartsWith("PodResize", StringComparison.Ordinal));
        Assert.Contains("PodResizeInProgress", Types(seen with { ResizeBegun = 3 }));
        Assert.Contains("PodResizePending", Types(seen with { ResizePending = new("Deferred", "no room", 3, Seen.Now, Seen.Now) }));

        static IEnumerable<string?> Types(PodObservation seen) => PodStatusDocument.Make(seen, null, ["192.0.2.1"], Seen.Now)["conditions"]!.AsArray().Select(condition => (string?)condition!["type"]);
    }

    [Fact]
    public void Container_shows_what_it_has_where_that_differs_from_what_it_was_granted()
    {
        var pod = new PodView(Stored("""{ "requests": { "cpu": "250m", "memory": "64Mi" }, "limits": { "cpu": "1", "memory": "1Gi" } }"""));
        var has = new LinuxResources { CpuShares = 102, CpuQuota = 20000, CpuPeriod = 100000, MemoryLimit = 96 * Mega, MemoryRequest = 64 * Mega };
        Assert.Equal(
            """{"limits":{"cpu":"200m","memory":"96Mi"},"requests":{"cpu":"100m","memory":"64Mi"}}""",
            ResourceDocument.Actual(pod.Spec.Containers[0].Resources, has).ToJsonString());

        // The kernel cannot tell these from what it has.
        var least = new PodView(Stored("""{ "requests": { "cpu": "1m" }, "limits": { "cpu": "2m" } }"""));
        Assert.Equal("""{"limits":{"cpu":"2m"},"requests":{"cpu":"1m"}}""", ResourceDocument.Actual(least.Spec.Containers[0].Resources, new() { CpuShares = 2, CpuQuota = 1000, CpuPeriod = 100000 }).ToJsonString());
    }

    private static LinuxResources Of(long memory = 0, long quota = 0) => new() { MemoryLimit = memory * Mega, CpuQuota = quota * 1000, CpuPeriod = quota > 0 ? 100_000 : 0 };

    private static StoredObject Stored(string resources, string name = "ghost", string spec = "") => new($"/registry/pods/default/{name}", 7, Encoding.UTF8.GetBytes($$"""
        { "metadata": { "name": "{{name}}", "namespace": "default", "uid": "{{name}}" }, "spec": { "containers": [ { "name": "main", "image": "a", "resources": {{resources}} } ] {{spec}} } }
        """));
}
