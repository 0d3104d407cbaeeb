using System.Globalization;
using System.Text.RegularExpressions;

namespace Tripod.Doctor;

/// <summary>What is wrong with a machine, and how it is mended. Pure; <see cref="HostReader"/> brings the facts.</summary>
internal static partial class HostFindings
{
    /// <summary>openat2(2) came with it, without which no path of an image could be trusted.</summary>
    private static readonly Version OldestKernel = new(5, 6);
    private static readonly Version OldestCrun = new(1, 4), OldestConmon = new(2, 1);

    private const int OldestYear = 2025;
    private const double LittleSpace = 0.10, NoSpace = 0.02, FewInodes = 0.05;

    public static IReadOnlyList<Finding> Of(HostFacts facts) =>
        [.. Kernel(facts), .. Cgroups(facts), .. Programs(facts), .. Confinement(facts), .. Sysctls(facts), .. Disks(facts), .. Clock(facts), .. facts.Network.Select(Obstacle), .. Rights(facts)];

    private static IEnumerable<Finding> Kernel(HostFacts facts)
    {
        if (VersionIn(facts.Kernel) is { } version && version < OldestKernel)
        {
            yield return Fault($"the kernel is {facts.Kernel}, and {OldestKernel} is the oldest that will do", "install a newer one (Debian 11, Ubuntu 22.04 and RHEL 9 have it), and boot");
        }

        foreach (var module in facts.MissingModules)
        {
            yield return Fault(
                $"the kernel has no {module}, and no module of that name for {facts.Kernel}",
                "install the modules of the kernel that runs (after an upgrade of the kernel: boot), or a kernel that is not a cut-down one (Debian: linux-image-amd64)");
        }
    }

    private static IEnumerable<Finding> Cgroups(HostFacts facts)
    {
        foreach (var missing in ((string[])["cpu", "memory", "pids"]).Where(controller => !facts.Controllers.Contains(controller)))
        {
            yield return Fault(
                $"the cgroup controller {missing} is missing: limits on it cannot hold",
                missing == "memory" ? "add cgroup_enable=memory to the kernel's command line, and boot" : "boot without cgroup_disable=, or let whoever runs this machine as a container delegate it");
        }

        foreach (var missing in ((string[])["cpuset", facts.CgroupVersion == 2 ? "io" : "blkio"]).Where(controller => !facts.Controllers.Contains(controller)))
        {
            yield return Warning($"the cgroup controller {missing} is missing: what is asked of it is refused", "boot a kernel that has it, or ask nothing of it");
        }

        if (facts is { CgroupVersion: 2, SystemdRuns: true, HasBus: false })
        {
            yield return Warning("systemd is PID 1, but its bus is not there: cgroups are made without it (cgroupfs)", "apt install dbus, and start tripod anew");
        }

        if (facts is { CgroupVersion: 1, SystemdRuns: true })
        {
            yield return Warning("cgroups are v1: Kubernetes and systemd give it up", "boot with systemd.unified_cgroup_hierarchy=1");
        }
    }

    private static IEnumerable<Finding> Programs(HostFacts facts)
    {
        foreach (var (program, said) in facts.Programs)
        {
            var oldest = program == "crun" ? OldestCrun : OldestConmon;
            if (said is null)
            {
                yield return Fault($"{program} is not installed", $"apt install {program} (Fedora, RHEL: dnf install {program})");
            }
            else if (VersionIn(said) is { } version && version < oldest)
            {
                yield return Fault($"{program} is {version}, and {oldest} is the oldest that will do", $"install a newer {program}, or name another in /etc/tripod/config.yaml ({(program == "crun" ? "ociRuntime" : program)})");
            }
        }

        if (!facts.HasNftablesLibrary)
        {
            yield return Fault("libnftables.so.1 is not installed", "apt install libnftables1 (Fedora, RHEL: dnf install nftables-libs)");
        }
    }

    private static IEnumerable<Finding> Confinement(HostFacts facts)
    {
        if (facts.AppArmorIsIdle)
        {
            yield return Warning("AppArmor is enabled, but apparmor_parser is not installed: containers are not confined by it, and pods that ask for it are refused", "apt install apparmor, and start tripod anew");
        }
    }

    private static IEnumerable<Finding> Sysctls(HostFacts facts)
    {
        foreach (var (name, least, why) in (IReadOnlyList<(string, long, string)>)
            [
                ("user.max_net_namespaces", 100, "each pod takes one"), ("user.max_pid_namespaces", 100, "each pod takes one"), ("user.max_mnt_namespaces", 200, "each container takes one"),
                ("fs.inotify.max_user_instances", 64, "the engine and many programs in containers take one each"), ("kernel.pid_max", 8192, "all processes of all pods are counted in it"),
            ])
        {
            if (facts.Sysctls.TryGetValue(name, out var value) && value < least)
            {
                yield return Warning($"{name} is {value}, and {why}", $"sysctl -w {name}={Math.Max(least * 4, 1024)}; in a file of /etc/sysctl.d it outlives a boot");
            }
        }

        if (facts.Sysctls.TryGetValue("user.max_user_namespaces", out var users) && users == 0)
        {
            yield return Warning("user.max_user_namespaces is 0: pods with hostUsers: false are refused", "sysctl -w user.max_user_namespaces=15000");
        }
    }

    private static IEnumerable<Finding> Disks(HostFacts facts)
    {
        foreach (var disk in facts.Disks.Where(disk => disk.Bytes > 0))
        {
            if (disk.FreeBytes < disk.Bytes * LittleSpace)
            {
                var problem = string.Create(CultureInfo.InvariantCulture, $"the disk of {disk.Path} is full but for {disk.FreeBytes / 1048576} MiB ({100.0 * disk.FreeBytes / disk.Bytes:0} % of it)");
                yield return new(disk.FreeBytes < disk.Bytes * NoSpace ? Severity.Fault : Severity.Warning, problem, "tripod images shows images and their sizes, tripod rmi removes one; or move --root to another disk");
            }

            if (disk.Inodes > 0 && disk.FreeInodes < disk.Inodes * FewInodes)
            {
                yield return Warning($"the file system of {disk.Path} has {disk.FreeInodes} files left that it can hold", "remove images that nobody uses, or move --root to another file system");
            }
        }
    }

    private static IEnumerable<Finding> Clock(HostFacts facts)
    {
        if (facts.Year < OldestYear)
        {
            yield return Fault($"the clock shows the year {facts.Year}: certificates are not valid yet", "set it (timedatectl set-time, or a time service), then start tripod anew");
        }
    }

    private static Finding Obstacle(string sentence)
    {
        var (problem, remedy) = sentence.Split(": ", 2) is [var before, var after] ? (before, after) : (sentence, "");
        return Warning(problem, remedy);
    }

    private static IEnumerable<Finding> Rights(HostFacts facts)
    {
        if (!facts.IsRoot)
        {
            yield return Warning("not all could be looked at, as that takes root", "sudo tripod doctor");
        }
    }

    /// <summary>The first that looks like one, as programs word it differently.</summary>
    internal static Version? VersionIn(string text) => Number().Match(text) is { Success: true } match && Version.TryParse(match.Value, out var version) ? version : null;

    private static Finding Fault(string problem, string remedy) => new(Severity.Fault, problem, remedy);

    private static Finding Warning(string problem, string remedy) => new(Severity.Warning, problem, remedy);

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex Number();
}
