using Tripod.Runtime;
using Tripod.Runtime.Cgroups;
using Xunit;

namespace Tripod.UnitTests.Runtime.Cgroups;

public sealed class CgroupPathTests
{
    private static readonly CgroupPath Folders = new("tripod", CgroupDriver.Cgroupfs), Slices = new("tripod", CgroupDriver.Systemd);

    [Theory]
    [InlineData("kubepods/burstable/podb0c-1", "/tripod/kubepods/burstable/podb0c-1/ID", "/tripod.slice/tripod-kubepods.slice/tripod-kubepods-burstable.slice/tripod-kubepods-burstable-podb0c_1.slice/tripod-ID.scope")]
    [InlineData("", "/tripod/podu-1/ID", "/tripod.slice/tripod-podu_1.slice/tripod-ID.scope")]
    public void Pod_of_the_engine_stands_in_its_own_part_of_the_tree(string parent, string folders, string slices)
    {
        Assert.Equal(folders, Folders.OfSandbox(parent, "u-1", "ID"));
        Assert.Equal(slices, Slices.OfSandbox(parent, "u-1", "ID"));
    }

    [Theory]
    [InlineData("kubepods-burstable-pod1_2.slice", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice")]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice")]
    public void Parent_that_a_kubelet_names_as_a_slice_is_honoured_with_either_driver(string parent, string path)
    {
        Assert.Equal($"{path}/tripod-ID.scope", Slices.OfSandboxFromRoot(parent, "ID"));
        Assert.Equal($"{path}/ID", Folders.OfSandboxFromRoot(parent, "ID"));
    }

    [Fact]
    public void Parent_that_is_a_plain_path_is_not_made_a_unit() => Assert.Equal("/kubepods/podU/ID", Slices.OfSandboxFromRoot("/kubepods/podU", "ID"));

    [Theory]
    [InlineData("../x")]
    [InlineData("a--b.slice")]
    [InlineData("-a.slice")]
    [InlineData("a-.slice")]
    [InlineData("a b.slice")]
    public void Parent_that_is_neither_is_refused_by_name(string parent) =>
        Assert.Contains($"cgroup parent {parent}", Assert.Throws<RuntimeException>(() => Slices.OfSandboxFromRoot(parent, "ID")).Message, StringComparison.Ordinal);

    [Fact]
    public void Container_of_a_pod_stands_beside_pause_as_pause_was_made()
    {
        Assert.Equal("/tripod/podU/C", Slices.OfContainer("/tripod/podU/P", "C"));
        Assert.Equal("/tripod.slice/tripod-podU.slice/tripod-C.scope", Folders.OfContainer("/tripod.slice/tripod-podU.slice/tripod-P.scope", "C"));
    }

    [Fact]
    public void Container_of_no_pod_may_name_a_slice()
    {
        Assert.Equal("/tripod.slice/tripod-containers.slice/tripod-C.scope", Slices.Standalone("", "C"));
        Assert.Equal("/batch.slice/batch-night.slice/tripod-C.scope", Slices.Standalone("batch-night.slice", "C"));
        Assert.Equal("/batch/C", Folders.Standalone("/batch", "C"));
        Assert.Contains("name a slice such as batch.slice", Assert.Throws<RuntimeException>(() => Slices.Standalone("/batch", "C")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OCI_runtime_is_told_of_a_scope_in_three_parts() =>
        Assert.Equal("tripod-kubepods-podU.slice:tripod:0a1b", SystemdUnit.OciPath("/tripod.slice/tripod-kubepods.slice/tripod-kubepods-podU.slice/tripod-0a1b.scope"));

    [Theory]
    [InlineData("auto", true, true, CgroupDriver.Systemd)]
    [InlineData("auto", true, false, CgroupDriver.Cgroupfs)]
    [InlineData("auto", false, true, CgroupDriver.Cgroupfs)]
    [InlineData("cgroupfs", true, true, CgroupDriver.Cgroupfs)]
    [InlineData("systemd", true, true, CgroupDriver.Systemd)]
    public void Systemd_makes_cgroups_where_it_is_the_first_process_and_they_are_pure_v2(string wish, bool unified, bool systemd, CgroupDriver driver) =>
        Assert.Equal(driver, CgroupDriverChoice.Of(wish, unified, systemd));

    [Theory]
    [InlineData(true, false, "systemd is not PID 1 here")]
    [InlineData(false, true, "not pure v2")]
    public void Driver_that_cannot_be_had_is_refused_with_the_reason(bool unified, bool systemd, string reason) =>
        Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => CgroupDriverChoice.Of("systemd", unified, systemd)).Message, StringComparison.Ordinal);
}
