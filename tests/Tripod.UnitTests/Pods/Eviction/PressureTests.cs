using System.Text.Json.Nodes;
using Tripod.Pods.Eviction;
using Xunit;

namespace Tripod.UnitTests.Pods.Eviction;

public sealed class PressureTests
{
    private static readonly Threshold Hard = new(Signal.Memory, ThresholdAmount.Parse("100Mi"), TimeSpan.Zero, ThresholdAmount.Parse("50Mi"));
    private static readonly Threshold Soft = new(Signal.NodeDisk, ThresholdAmount.Parse("10%"), TimeSpan.FromSeconds(30));
    private static readonly EvictionOptions Options = new() { Thresholds = [Hard, Soft] };

    [Theory]
    [InlineData(101, 50, "")]
    [InlineData(100, 50, "")]
    [InlineData(99, 50, "MemoryPressure")]
    [InlineData(200, 9, "DiskPressure")]
    [InlineData(99, 9, "DiskPressure MemoryPressure")]
    public void Condition_holds_when_less_is_available_than_the_threshold(int memory, int disk, string conditions) =>
        Assert.Equal(conditions, string.Join(' ', Look(new(), memory, disk, 0).Conditions));

    [Fact]
    public void Soft_threshold_is_due_only_after_its_grace()
    {
        var first = Look(new(), 200, 9, 0).State;
        Assert.Null(Pressure.First(first));
        var again = Look(first, 200, 9, 29).State;
        Assert.Null(Pressure.First(again));
        Assert.Equal(Soft, Pressure.First(Look(again, 200, 9, 30).State));
    }

    [Fact]
    public void Soft_threshold_that_is_left_meanwhile_begins_anew()
    {
        var left = Look(Look(new(), 200, 9, 0).State, 200, 11, 20).State;
        Assert.Null(Pressure.First(Look(left, 200, 9, 31).State));
    }

    [Fact]
    public void Threshold_stays_due_until_its_minimum_is_reclaimed()
    {
        var met = Look(new(), 99, 50, 0).State;
        Assert.Equal(Hard, Pressure.First(Look(met, 149, 50, 10).State));
        Assert.Null(Pressure.First(Look(met, 150, 50, 10).State));
    }

    [Fact]
    public void Condition_outlasts_its_cause_by_the_transition_period()
    {
        var met = Look(new(), 99, 50, 0).State;
        var (after, stays) = Look(met, 500, 50, 299);
        Assert.Equal(["MemoryPressure"], stays);
        Assert.Empty(Look(after, 500, 50, 300).Conditions);
    }

    [Fact]
    public void Memory_comes_before_the_disk()
    {
        var both = Look(Look(new(), 200, 9, 0).State, 99, 9, 30).State;
        Assert.Equal(Hard, Pressure.First(both));
    }

    [Fact]
    public void Signal_that_cannot_be_read_meets_nothing() =>
        Assert.Empty(Pressure.Advance(Options, new Dictionary<string, Observation>(), new(), Seen.Now).Conditions);

    [Fact]
    public void Taints_follow_the_conditions_and_leave_others_alone()
    {
        var before = new JsonArray(new JsonObject { ["key"] = "a", ["effect"] = "NoSchedule" }, new JsonObject { ["key"] = "node.kubernetes.io/disk-pressure", ["effect"] = "NoSchedule" });
        var after = PressureTaints.Apply(before, ["MemoryPressure"], Seen.Now)!;
        Assert.Equal(["a", "node.kubernetes.io/memory-pressure"], after.Select(taint => (string?)taint!["key"]));
        Assert.Null(PressureTaints.Apply(null, [], Seen.Now));
    }

    [Fact]
    public void Memory_is_counted_as_the_kubelet_counts_it() =>
        Assert.Equal((300 * 1024L, 1000 * 1024L), NodeSignals.Memory(["MemTotal:        1000 kB", "MemFree:          100 kB", "MemAvailable:     900 kB", "Active(file):      50 kB", "Inactive(file):   200 kB"]));

    private static (PressureState State, IReadOnlyList<string> Conditions) Look(PressureState before, int memoryMebibytes, int diskPercent, int second) => Pressure.Advance(
        Options,
        new Dictionary<string, Observation> { [Signal.Memory] = new(memoryMebibytes * 1024m * 1024m, 1 << 30), [Signal.NodeDisk] = new(diskPercent, 100) },
        before,
        Seen.Now.AddSeconds(second));
}
