using Tripod.Linux;

namespace Tripod.Runtime.Cgroups;

/// <summary>
/// Cgroups by their path below the hierarchies' roots (<c>/tripod/kubepods/podUID/ID</c>), on pure v2 and on v1 with or
/// without a hybrid v2 mount (cgroups(7)). The OCI runtime makes them; they are killed, asked and removed here.
/// </summary>
internal sealed class CgroupTree
{
    private const string Root = "/sys/fs/cgroup";

    private readonly IReadOnlyList<string> hierarchies;

    private readonly SystemdManager systemd = new();
    private readonly ScopeMemoryKills scopes = new();

    private CgroupTree(bool unified, string? hybrid, CgroupDriver driver, IReadOnlyList<string> hierarchies) =>
        (IsUnified, HybridMount, Driver, this.hierarchies) = (unified, hybrid, driver, hierarchies);

    /// <summary>Who makes the cgroups of what is started from now on; those that run keep theirs.</summary>
    public CgroupDriver Driver { get; }

    /// <summary>Pure v2.</summary>
    public bool IsUnified { get; }

    /// <summary>The v2 mount beside v1 hierarchies, which crun must not see: it refuses a hybrid host.</summary>
    public string? HybridMount { get; }

    /// <param name="wish">The driver: <c>auto</c>, <c>systemd</c> or <c>cgroupfs</c>.</param>
    /// <exception cref="InvalidOperationException">The driver cannot be had here.</exception>
    public static CgroupTree Detect(string wish)
    {
        var unified = File.Exists($"{Root}/cgroup.controllers");
        var driver = CgroupDriverChoice.Of(wish, unified, CgroupDriverChoice.SystemdRuns());
        if (unified)
        {
            return new(true, null, driver, [Root]);
        }

        var mounts = File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' '))
            .Select(fields => (Point: fields[4], Type: fields[Array.IndexOf(fields, "-") + 1]))
            .Where(mount => mount.Point.StartsWith(Root, StringComparison.Ordinal))
            .ToList();
        var hybrid = mounts.Where(mount => mount.Type == "cgroup2").Select(mount => mount.Point).FirstOrDefault();
        return new(false, hybrid, driver, [.. mounts.Where(mount => mount.Type == "cgroup").Select(mount => mount.Point)]);
    }

    /// <summary>The file that lists the processes of the cgroup that this one is in; null where it cannot be told.</summary>
    public string? OwnProcesses()
    {
        foreach (var line in File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3)))
        {
            var hierarchy = hierarchies.FirstOrDefault(mount => IsUnified ? line[0] == "0" : line[1].Length > 0 && Path.GetFileName(mount) == line[1]);
            if (hierarchy is not null && Path.Join(hierarchy, line[2], "cgroup.procs") is var file && File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }

    /// <summary>Makes the cgroup with its parents, where they are missing, and moves a process into it.</summary>
    public async Task PlaceAsync(string path, int pid)
    {
        if (SystemdUnit.IsScope(path))
        {
            await systemd.StartScopeAsync(SystemdUnit.NameOf(path), SystemdUnit.SliceAbove(path), pid).ConfigureAwait(false);
            return;
        }

        Make(path);
        Move(path, pid);
    }

    /// <summary>Makes a cgroup that is to have limits before anything is in it.</summary>
    public async Task MakeAsync(string path)
    {
        if (Driver != CgroupDriver.Systemd || !SystemdUnit.IsSlice(SystemdUnit.NameOf(path)))
        {
            Make(path);
            return;
        }

        // Those above it too: one that comes of itself, by its name, would keep what is set of it after it has stopped.
        foreach (var slice in SystemdUnit.Above(path).Where(above => Directories(above).Count == 0))
        {
            await systemd.StartSliceAsync(SystemdUnit.NameOf(slice)).ConfigureAwait(false);
        }

        await systemd.StartSliceAsync(SystemdUnit.NameOf(path)).ConfigureAwait(false);
    }

    private void Make(string path)
    {
        foreach (var hierarchy in hierarchies)
        {
            var made = hierarchy;
            foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                var parent = made;
                made = Path.Join(made, name);
                Directory.CreateDirectory(made);
                // Whoever made it first may not have come to this yet.
                CpusOf(parent, made);
            }
        }
    }

    private void Move(string path, int pid) =>
        Directories(path).ForEach(directory => File.WriteAllText(Path.Combine(directory, "cgroup.procs"), pid.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>A cpuset of v1 begins empty, and takes no process before it has CPUs and memory nodes (cpuset(7)).</summary>
    private void CpusOf(string parent, string made)
    {
        foreach (var file in IsUnified ? [] : (string[])["cpuset.cpus", "cpuset.mems"])
        {
            if (File.Exists(Path.Combine(made, file)) && ReadIfThere(Path.Combine(made, file)).Trim().Length == 0)
            {
                File.WriteAllText(Path.Combine(made, file), ReadIfThere(Path.Combine(parent, file)));
            }
        }
    }

    /// <summary>Kills every process of the cgroup and waits until none is left.</summary>
    public async Task KillAsync(string path, CancellationToken cancel)
    {
        var directories = Directories(path);
        var wait = 1;
        for (var round = 0; CgroupProcesses.In(directories) is { Count: > 0 } processes; round++)
        {
            if (IsUnified && round == 0)
            {
                CgroupProcesses.KillAtOnce(directories);
            }
            else
            {
                CgroupProcesses.KillEach(directories, processes, freezeMeanwhile: round > 0);
            }

            // v1 tells of an empty cgroup only by starting a program on the host, so it is asked again; a kill takes well under 1 ms.
            await Task.Delay(wait, cancel).ConfigureAwait(false);
            wait = Math.Min(wait * 2, 50);
        }
    }

    /// <summary>Its processes and those below it.</summary>
    public IReadOnlyCollection<int> Processes(string path) => CgroupProcesses.In(Directories(path));

    /// <summary>Holds its processes still, or lets them go on.</summary>
    public void Freeze(string path, bool frozen)
    {
        var (file, text) = IsUnified ? ("cgroup.freeze", frozen ? "1" : "0") : ("freezer.state", frozen ? "FROZEN" : "THAWED");
        Directories(path).Select(directory => Path.Combine(directory, file)).Where(File.Exists).ToList().ForEach(freezer => File.WriteAllText(freezer, text));
    }

    /// <summary>What only metrics ask for; null where it is gone.</summary>
    public CgroupDetail? Detail(string path) => Directories(path) is { Count: > 0 } directories ? CgroupDetail.Read(directories, IsUnified) : null;

    /// <summary>What it has used; null where it is gone.</summary>
    public CgroupUsage? Usage(string path) => Directories(path) is { Count: > 0 } directories ? CgroupUsage.Read(directories, IsUnified) : null;

    /// <summary>Writes the limits of a cgroup; what is not asked for (0) stays as it is.</summary>
    /// <returns>False where there is no such cgroup.</returns>
    public async Task<bool> LimitAsync(string path, Containers.LinuxResources limits)
    {
        if (Directories(path) is not { Count: > 0 } directories)
        {
            return false;
        }

        if (LimitCgroup.Run(directories, IsUnified, hierarchies[0], limits))
        {
            await TellAsync(path, limits).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Tells systemd the limits of a cgroup that is a unit of its own: otherwise it takes them away as soon as it looks at it again.</summary>
    public async Task TellAsync(string path, Containers.LinuxResources limits)
    {
        if (Driver == CgroupDriver.Systemd && (SystemdUnit.IsScope(path) || SystemdUnit.IsSlice(SystemdUnit.NameOf(path))) && SystemdProperties.Of(limits) is { Count: > 0 } properties)
        {
            await systemd.SetAsync(SystemdUnit.NameOf(path), properties).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the kernel has killed something here for want of memory.</summary>
    public bool WasOutOfMemory(string path)
    {
        var file = IsUnified ? "memory.events" : "memory.oom_control";
        var own = Directories(path).Select(directory => Path.Combine(directory, file)).Any(counters => File.Exists(counters) && MemoryKills(ReadIfThere(counters)) > 0);
        return SystemdUnit.IsScope(path) ? scopes.WasOutOfMemory(path, own, KillsAbove(path)) : own;
    }

    private long KillsAbove(string scope) => MemoryKills(string.Concat(Directories(scope[..scope.LastIndexOf('/')]).Select(directory => ReadIfThere(Path.Combine(directory, "memory.events")))));

    /// <summary>Removes the cgroup with all below it, where no process is in it any more.</summary>
    public void Remove(string path) => Directories(path).ForEach(RemoveTree);

    /// <summary>A unit of systemd's that has ended bears its name until it is forgotten; then the name can be had again.</summary>
    public async Task ForgetAsync(string path)
    {
        if (SystemdUnit.IsScope(path))
        {
            await systemd.StopAsync(SystemdUnit.NameOf(path)).ConfigureAwait(false);
            scopes.Note(path, KillsAbove(path));
        }
    }

    /// <summary>Removes a whole tree of the engine's own, in which nothing runs any more: <see cref="CgroupPath.Top"/>.</summary>
    public async Task RemoveAllAsync(string top)
    {
        if (SystemdUnit.IsSlice(SystemdUnit.NameOf(top)) && Directories(top).Count > 0)
        {
            await systemd.StopAsync(SystemdUnit.NameOf(top)).ConfigureAwait(false);
        }

        Remove(top);
    }

    /// <summary>A pod's slice, once nothing is in it. Those above it are few, and stay until the engine is taken down.</summary>
    public async Task RemoveEmptySliceAsync(string scope)
    {
        var slice = scope[..scope.LastIndexOf('/')];
        if (Directories(slice) is [var directory] && CgroupProcesses.Children(directory).Count == 0)
        {
            await systemd.StopAsync(SystemdUnit.NameOf(slice)).ConfigureAwait(false);
            scopes.Forget(slice);
        }
    }

    /// <summary>Slices of pods that an engine left which died while it took them away.</summary>
    public async Task RemoveEmptySlicesAsync(string top)
    {
        foreach (var slice in Directories(top).SelectMany(directory => Directory.EnumerateDirectories(directory, "*-pod*.slice", SearchOption.AllDirectories)).ToList())
        {
            await RemoveEmptySliceAsync($"{slice[Root.Length..]}/").ConfigureAwait(false);
        }
    }

    /// <summary>Removes the parents that the OCI runtime made on its way, up to but not including <paramref name="top"/>, as far as they are empty.</summary>
    public void RemoveEmptyParents(string path, string top)
    {
        for (var parent = Path.GetDirectoryName(path)!; parent.Length > top.Length; parent = Path.GetDirectoryName(parent)!)
        {
            Directories(parent).ForEach(TryRemove);
        }
    }

    /// <summary>The count that a line <c>oom_kill N</c> gives, in v1's memory.oom_control as in v2's memory.events.</summary>
    public static long MemoryKills(string counters) => counters.Split('\n')
        .Select(line => line.Split(' '))
        .Where(pair => pair is ["oom_kill", _])
        .Select(pair => long.TryParse(pair[1], out var count) ? count : 0)
        .FirstOrDefault();

    private List<string> Directories(string path) => [.. hierarchies.Select(hierarchy => hierarchy + path).Where(Directory.Exists)];

    private static string ReadIfThere(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static void RemoveTree(string directory)
    {
        foreach (var child in CgroupProcesses.Children(directory))
        {
            RemoveTree(child);
        }

        TryRemove(directory);
    }

    /// <summary>A cgroup is one rmdir(2) away, files and all; one that is still in use stays for the next time.</summary>
    private static void TryRemove(string directory)
    {
        try
        {
            Links.RemoveDirectory(directory);
        }
        catch (LinuxException busy) when (busy.Errno is Errno.EBUSY or Errno.ENOTEMPTY or Errno.ENOENT)
        {
            // Another container is in it, or it is gone already.
        }
    }
}
