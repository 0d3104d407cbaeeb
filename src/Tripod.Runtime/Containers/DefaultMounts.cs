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

    private const string Devices = "/dev", SharedMemoryPlace = "/dev/shm";

    public static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <param name="record">The container.</param>
    /// <param name="sandbox">Null for a container of no pod.</param>
    /// <param name="parts">Where things stand, and whom the container joins.</param>
    /// <param name="declared">The image's volumes.</param>
    public static IReadOnlyList<SpecMount> For(ContainerRecord record, ContainerRecord? sandbox, RuntimeParts parts, IReadOnlyList<string> declared)
    {
        var (config, paths) = (record.Config, parts.Paths);
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
            mounts.Add(SharedMemory(record, parts));
            if (config.Standalone is not null)
            {
                var owner = paths.Bundle(OwnFiles.OwnerOf(parts.Table, record).Id);
                mounts.AddRange(OwnFiles.Names.Select(name => Path.Combine(owner, name)).Where(File.Exists).Select(file => Bind(file, $"/etc/{Path.GetFileName(file)}", config.Security.ReadOnlyRootfs)));
            }
        }
        else
        {
            mounts.Add(Bind(sandbox.Sandbox!.HostIpc ? "/dev/shm" : paths.Shm(sandbox.Id), "/dev/shm", readOnly: false));
            mounts.Add(Bind(Path.Combine(paths.Bundle(sandbox.Id), "resolv.conf"), "/etc/resolv.conf", config.Security.ReadOnlyRootfs));
            mounts.Add(Bind(Path.Combine(paths.Bundle(sandbox.Id), "hostname"), "/etc/hostname", config.Security.ReadOnlyRootfs));
            if (Path.Combine(paths.Bundle(sandbox.Id), "hosts") is var hosts && File.Exists(hosts))
            {
                mounts.Add(Bind(hosts, "/etc/hosts", config.Security.ReadOnlyRootfs));
            }
        }

        var own = config.Mounts.Select((mount, index) => mount.Image.Length > 0 ? Bind(ImageMounts.PlaceOf(paths, record.Id, index), mount.ContainerPath, readOnly: true)
            : mount.IdMapped ? Own(mount with { HostPath = IdMappedMounts.PlaceOf(paths, record.Id, index) })
            : Own(mount)).ToList();
        mounts.RemoveAll(mount => own.Exists(mine => mine.Destination == mount.Destination));
        // The host's /dev has terminals and queues of its own. Its shared memory is not the pod's, which would be the host's too if mounts there were passed on to it.
        var devices = config.Mounts.FirstOrDefault(mount => mount.ContainerPath.TrimEnd('/') == Devices);
        var shm = mounts.FindAll(mount => devices is { Propagation: not "bidirectional" } && mount.Destination == SharedMemoryPlace);
        mounts.RemoveAll(mount => devices is not null && mount.Destination.StartsWith($"{Devices}/", StringComparison.Ordinal));
        // A parent before its children, whatever the order in the manifest.
        return [.. mounts, .. own.Concat(shm).Concat(sandbox is null ? [] : DeclaredVolumes.Mounts(paths.Rootfs(record.Id), config, declared)).OrderBy(mount => mount.Destination.TrimEnd('/').Count(character => character == '/'))];
    }

    /// <summary>A file system of its own, the host's, or that of whoever it shares IPC with.</summary>
    private static SpecMount SharedMemory(ContainerRecord record, RuntimeParts parts) => (record.Config.Namespaces?.Ipc, record.Config.Standalone) switch
    {
        (NamespaceChoice.Host, _) => Bind("/dev/shm", "/dev/shm", readOnly: false),
        (NamespaceChoice.Join join, _) when parts.Table.Find(join.ContainerId)?.Record is { } owner && SharedBy(owner, parts) is { } shm => Bind(shm, "/dev/shm", readOnly: false),
        (_, { ShareIpc: true }) => Bind(parts.Paths.Shm(record.Id), "/dev/shm", readOnly: false),
        (_, var own) => new("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", $"size={(own is { ShmSize: > 0 } ? own.ShmSize : 65536 * 1024)}"]),
    };

    private static string? SharedBy(ContainerRecord owner, RuntimeParts parts) => owner switch
    {
        { Sandbox.HostIpc: true } => "/dev/shm",
        { IsPause: true } => parts.Paths.Shm(owner.Id),
        { SandboxId: { } sandbox } => parts.Table.Find(sandbox)?.Record is { } pause ? SharedBy(pause, parts) : null,
        { Config.Namespaces.Ipc: NamespaceChoice.Host } => "/dev/shm",
        { Config.Namespaces.Ipc: NamespaceChoice.Join next } => parts.Table.Find(next.ContainerId)?.Record is { } further ? SharedBy(further, parts) : null,
        { Config.Standalone.ShareIpc: true } => parts.Paths.Shm(owner.Id),
        _ => null,
    };

    private static SpecMount Bind(string source, string destination, bool readOnly) =>
        new(destination, "bind", source, ["rbind", "rprivate", readOnly ? "ro" : "rw"]);

    private static SpecMount Own(ContainerMount mount) => mount.Written is { } written ? new(mount.ContainerPath, written.Type, mount.HostPath, written.Options) : mount.Tmpfs is { } options ? new(mount.ContainerPath, "tmpfs", "tmpfs", options) : new(mount.ContainerPath, "bind", mount.HostPath,
    [
        mount.NonRecursive ? "bind" : "rbind",
        mount.Propagation switch { "bidirectional" => "rshared", "host-to-container" => "rslave", _ => "rprivate" },
        mount.ReadOnly ? mount.RecursiveReadOnly ? "rro" : "ro" : "rw",
    ]);
}
