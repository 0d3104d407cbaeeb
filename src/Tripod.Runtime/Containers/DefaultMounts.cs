using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>The mounts that every container gets, Docker's choices, and then its own.</summary>
internal static class DefaultMounts
{
    public static readonly string[] Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    public static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static IReadOnlyList<SpecMount> For(ContainerConfig config, ContainerRecord? sandbox, RuntimePaths paths)
    {
        var writable = config.Security.Privileged ? "rw" : "ro";
        var mounts = new List<SpecMount>
        {
            new("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
            new("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            new("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            new("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
            new("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", writable]),
            new("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", writable]),
        };
        if (sandbox is null)
        {
            mounts.Add(new("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]));
        }
        else
        {
            mounts.Add(Bind(sandbox.Sandbox!.HostIpc ? "/dev/shm" : paths.Shm(sandbox.Id), "/dev/shm", readOnly: false));
            mounts.Add(Bind(Path.Combine(paths.Bundle(sandbox.Id), "resolv.conf"), "/etc/resolv.conf", config.Security.ReadOnlyRootfs));
            mounts.Add(Bind(Path.Combine(paths.Bundle(sandbox.Id), "hostname"), "/etc/hostname", config.Security.ReadOnlyRootfs));
        }

        var own = config.Mounts.Select(Own).ToList();
        mounts.RemoveAll(mount => own.Exists(mine => mine.Destination == mount.Destination));
        // A parent before its children, whatever the order in the manifest.
        return [.. mounts, .. own.OrderBy(mount => mount.Destination.TrimEnd('/').Count(character => character == '/'))];
    }

    private static SpecMount Bind(string source, string destination, bool readOnly) =>
        new(destination, "bind", source, ["rbind", "rprivate", readOnly ? "ro" : "rw"]);

    private static SpecMount Own(ContainerMount mount) => new(mount.ContainerPath, "bind", mount.HostPath,
    [
        "rbind",
        mount.Propagation switch { "bidirectional" => "rshared", "host-to-container" => "rslave", _ => "rprivate" },
        mount.ReadOnly ? mount.RecursiveReadOnly ? "rro" : "ro" : "rw",
    ]);
}
