using Tripod.Doctor;
using Xunit;

namespace Tripod.UnitTests.Cli;

public sealed class HostFindingsTests
{
    private static readonly HostFacts Well = new()
    {
        Kernel = "6.1.0-56-amd64",
        Controllers = new HashSet<string> { "cpu", "memory", "pids", "cpuset", "io" },
        SystemdRuns = true,
        HasBus = true,
        Programs = new Dictionary<string, string?> { ["crun"] = "crun version 1.8.1", ["conmon"] = "conmon version 2.1.6" },
        Disks = [new("/var/lib/tripod", 100L << 30, 50L << 30, 1000, 900)],
        Sysctls = new Dictionary<string, long> { ["user.max_user_namespaces"] = 15000, ["fs.inotify.max_user_instances"] = 128 },
    };

    [Fact]
    public void Nothing_is_said_of_a_machine_that_is_well() => Assert.Empty(HostFindings.Of(Well));

    [Fact]
    public void Faults_are_named_with_what_mends_them()
    {
        foreach (var (facts, severity, problem, remedy) in (IReadOnlyList<(HostFacts, Severity, string, string)>)
            [
                (Well with { Kernel = "5.4.0-1-amd64" }, Severity.Fault, "the kernel is 5.4.0-1-amd64, and 5.6 is the oldest", "boot"),
                (Well with { MissingModules = ["overlay"] }, Severity.Fault, "the kernel has no overlay", "install the modules"),
                (Well with { Controllers = new HashSet<string> { "cpu", "pids", "cpuset", "io" } }, Severity.Fault, "controller memory is missing", "cgroup_enable=memory"),
                (Well with { Controllers = new HashSet<string> { "cpu", "memory", "pids", "cpuset" } }, Severity.Warning, "controller io is missing", "boot"),
                (Well with { HasBus = false }, Severity.Warning, "systemd is PID 1, but its bus is not there", "apt install dbus"),
                (Well with { CgroupVersion = 1, Controllers = new HashSet<string> { "cpu", "memory", "pids", "cpuset", "blkio" } }, Severity.Warning, "cgroups are v1", "systemd.unified_cgroup_hierarchy=1"),
                (Well with { Programs = new Dictionary<string, string?> { ["crun"] = null } }, Severity.Fault, "crun is not installed", "apt install crun"),
                (Well with { Programs = new Dictionary<string, string?> { ["crun"] = "crun version 0.17" } }, Severity.Fault, "crun is 0.17, and 1.4 is the oldest", "ociRuntime"),
                (Well with { Programs = new Dictionary<string, string?> { ["conmon"] = "conmon version 2.0.25" } }, Severity.Fault, "conmon is 2.0.25, and 2.1 is the oldest", "newer conmon"),
                (Well with { HasNftablesLibrary = false }, Severity.Fault, "libnftables.so.1 is not installed", "apt install libnftables1"),
                (Well with { Sysctls = new Dictionary<string, long> { ["user.max_user_namespaces"] = 0 } }, Severity.Warning, "user.max_user_namespaces is 0", "sysctl -w user.max_user_namespaces=15000"),
                (Well with { Sysctls = new Dictionary<string, long> { ["fs.inotify.max_user_instances"] = 8 } }, Severity.Warning, "fs.inotify.max_user_instances is 8", "sysctl -w fs.inotify.max_user_instances=1024"),
                (Well with { Disks = [new("/var/lib/tripod", 100L << 30, 5L << 30, 1000, 900)] }, Severity.Warning, "full but for 5120 MiB (5 % of it)", "tripod rmi"),
                (Well with { Disks = [new("/var/lib/tripod", 100L << 30, 1L << 30, 1000, 900)] }, Severity.Fault, "full but for 1024 MiB", "tripod rmi"),
                (Well with { Disks = [new("/var/lib/tripod", 100L << 30, 50L << 30, 1000, 10)] }, Severity.Warning, "has 10 files left", "images"),
                (Well with { Network = ["nftables chain 'ip filter FORWARD' drops packets: run iptables -I"] }, Severity.Warning, "nftables chain 'ip filter FORWARD' drops packets", "run iptables -I"),
                (Well with { Year = 1970 }, Severity.Fault, "the clock shows the year 1970", "timedatectl"),
                (Well with { IsRoot = false }, Severity.Warning, "not all could be looked at", "sudo tripod doctor"),
                (Well with { AppArmorIsIdle = true }, Severity.Warning, "apparmor_parser is not installed", "apt install apparmor"),
            ])
        {
            var finding = Assert.Single(HostFindings.Of(facts));
            Assert.Equal(severity, finding.Severity);
            Assert.Contains(problem, finding.Problem, StringComparison.Ordinal);
            Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("crun version 1.8.1", "1.8.1")]
    [InlineData("6.1.0-56-amd64", "6.1.0")]
    [InlineData("conmon version UNKNOWN", null)]
    public void Versions_are_read_from_what_programs_say(string said, string? version) => Assert.Equal(version, HostFindings.VersionIn(said)?.ToString());
}
