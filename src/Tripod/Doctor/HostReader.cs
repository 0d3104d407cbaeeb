using System.Globalization;
using System.Runtime.InteropServices;
using Tripod.Linux.FileSystem;
using Tripod.Linux.Networking;
using Tripod.Linux.Processes;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Network;

namespace Tripod.Doctor;

/// <summary>Looks at this machine. Changes nothing, and loads no module.</summary>
internal static class HostReader
{
    private const int ApiPort = 6443;
    private const string Cgroup = "/sys/fs/cgroup";

    private static readonly string[] Sysctls =
        ["user.max_net_namespaces", "user.max_pid_namespaces", "user.max_mnt_namespaces", "user.max_user_namespaces", "fs.inotify.max_user_instances", "kernel.pid_max"];

    private static readonly string[] Modules = ["overlay", "bridge", "veth", "nf_tables", "nf_nat", "nf_conntrack"];

    public static async Task<HostFacts> ReadAsync(RuntimeOptions options, TimeProvider clock)
    {
        var kernel = Text("/proc/sys/kernel/osrelease");
        var version = File.Exists($"{Cgroup}/cgroup.controllers") ? 2 : 1;
        return new()
        {
            IsRoot = Environment.IsPrivilegedProcess,
            Kernel = kernel,
            MissingModules = [.. Modules.Where(module => !Has(module, kernel))],
            CgroupVersion = version,
            Controllers = (version == 2 ? Text($"{Cgroup}/cgroup.controllers").Split(' ') : [.. Directory.Exists(Cgroup) ? Directory.GetDirectories(Cgroup).SelectMany(folder => Path.GetFileName(folder).Split(',')) : []]).ToHashSet(StringComparer.Ordinal),
            SystemdRuns = Directory.Exists("/run/systemd/system"),
            HasBus = File.Exists("/run/dbus/system_bus_socket"),
            Sysctls = Sysctls.Select(name => (name, Text: Text($"/proc/sys/{name.Replace('.', '/')}"))).Where(read => long.TryParse(read.Text, out _)).ToDictionary(read => read.name, read => long.Parse(read.Text, CultureInfo.InvariantCulture)),
            Programs = new Dictionary<string, string?> { ["crun"] = await VersionAsync(options.OciRuntime).ConfigureAwait(false), ["conmon"] = await VersionAsync(options.Conmon).ConfigureAwait(false) },
            HasNftablesLibrary = NativeLibrary.TryLoad("libnftables.so.1", out _),
            AppArmorIsIdle = AppArmor.IsEnabled && !AppArmor.HasParser,
            Disks = [.. ((string[])[options.Root, options.Run]).Select(Disk)],
            Network = Network(options),
            Year = clock.GetUtcNow().Year,
        };
    }

    /// <summary>Built in, loaded, or there to be loaded; where a kernel's list of modules is not to be found nothing is said.</summary>
    private static bool Has(string module, string kernel)
    {
        var folder = $"/lib/modules/{kernel}";
        if (Directory.Exists($"/sys/module/{module}") || (module == "overlay" && Text("/proc/filesystems").Contains("\toverlay", StringComparison.Ordinal)) || !File.Exists($"{folder}/modules.dep"))
        {
            return true;
        }

        return ((string[])["modules.builtin", "modules.dep"]).Select(list => Path.Combine(folder, list)).Where(File.Exists)
            .Any(list => File.ReadLines(list).Any(line => line.Split(':')[0] is var path && Path.GetFileName(path).Split('.')[0].Replace('-', '_') == module));
    }

    private static async Task<string?> VersionAsync(string program)
    {
        if (!ContainerRuntime.HasRuntimeHandler(program))
        {
            return null;
        }

        using var said = MemoryFile.Create("version");
        var pid = await ChildProcess.Start(new() { Command = [program, "--version"], Descriptors = [null, said, said] }).ConfigureAwait(false);
        await ChildProcess.End(pid).ConfigureAwait(false);
        return MemoryFile.ReadText(said, 4096).Split('\n')[0];
    }

    /// <summary>Of the directory, or of the nearest above it that is there.</summary>
    private static DiskSpace Disk(string path)
    {
        var existing = path;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        var (bytes, inodes, free) = FileSystemSize.Of(existing);
        return new(path, bytes, new DriveInfo(existing).AvailableFreeSpace, inodes, free);
    }

    private static IReadOnlyList<string> Network(RuntimeOptions options)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return [];
        }

        try
        {
            return PodNetwork.ObstaclesOf(options, [ApiPort]);
        }
        catch (RuntimeException unusable)
        {
            return [unusable.Message];
        }
        catch (Exception failure) when (failure is NftablesException or IOException)
        {
            return [$"the kernel's packet filter cannot be asked ({failure.Message}): load nf_tables, or boot a kernel that has it"];
        }
    }

    private static string Text(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
