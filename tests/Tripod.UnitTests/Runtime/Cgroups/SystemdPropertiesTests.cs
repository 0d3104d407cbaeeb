using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Xunit;

namespace Tripod.UnitTests.Runtime.Cgroups;

public sealed class SystemdPropertiesTests
{
    [Fact]
    public void Limits_bear_systemds_names_and_units()
    {
        Assert.Equal(
            ["CPUWeight=20", "CPUQuotaPerSecUSec=500000", "CPUQuotaPeriodUSec=100000", "MemoryMax=33554432", "MemorySwapMax=0", "TasksMax=100"],
            Shown(new() { CpuShares = 512, CpuQuota = 50_000, CpuPeriod = 100_000, MemoryLimit = 32 << 20, MemorySwapLimit = 32 << 20, PidsLimit = 100 }));
        Assert.Equal(["MemoryMax=max", "TasksMax=max"], Shown(new() { MemoryLimit = -1, PidsLimit = -1 }));
        Assert.Empty(Shown(new()));
    }

    /// <summary>systemd keeps whole percent: what is between two is rounded up, so that nobody has less than was asked for.</summary>
    [Fact]
    public void Quota_is_in_whole_percent_of_a_second() =>
        Assert.Equal(["CPUQuotaPerSecUSec=340000", "CPUQuotaPeriodUSec=50000"], Shown(new() { CpuQuota = 16_666, CpuPeriod = 50_000 }));

    [Fact]
    public void Lists_of_processors_are_masks()
    {
        var properties = SystemdProperties.Of(new() { CpusetCpus = "0-2,9", CpusetMems = "0" }).ToDictionary(property => property.Name, property => property.Value.GetArray<byte>());
        Assert.Equal([0b111, 0b10], properties["AllowedCPUs"]);
        Assert.Equal([1], properties["AllowedMemoryNodes"]);
    }

    [Fact]
    public void Files_that_systemd_writes_too_are_told_and_others_are_not() =>
        Assert.Equal(
            ["MemoryHigh=1000", "MemorySwapMax=max", "CPUQuotaPerSecUSec=max", "CPUQuotaPeriodUSec=20000"],
            Shown(new() { Unified = new Dictionary<string, string> { ["memory.high"] = "1000", ["memory.swap.max"] = "max", ["memory.oom.group"] = "1", ["cpu.max"] = "max 20000", ["memory.low"] = "no" } }));

    private static IEnumerable<string> Shown(LinuxResources limits) =>
        SystemdProperties.Of(limits).Select(property => property.Value.GetUInt64() == ulong.MaxValue ? $"{property.Name}=max" : $"{property.Name}={property.Value.GetUInt64()}");
}
