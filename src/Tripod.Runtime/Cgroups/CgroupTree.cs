using Tripod.Linux;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Cgroups;

/// <summary>
/// Cgroups by their path below the hierarchies' roots (<c>/tripod/kubepods/podUID/ID</c>), on pure v2 and on v1 with or
/// without a hybrid v2 mount (cgroups(7)). The OCI runtime makes them; they are killed and removed here.
/// </summary>
internal sealed class CgroupTree
{
    private const string Root = "/sys/fs/cgroup";

    private readonly IReadOnlyList<string> hierarchies;

    private CgroupTree(bool unified, string? hybrid, IReadOnlyList<string> hierarchies) =>
        (IsUnified, HybridMount, this.hierarchies) = (unified, hybrid, hierarchies);

    /// <summary>Pure v2.</summary>
    public bool IsUnified { get; }

    /// <summary>The v2 mount beside v1 hierarchies, which crun must not see: it refuses a hybrid host.</summary>
    public string? HybridMount { get; }

    public static CgroupTree Detect()
    {
        if (File.Exists($"{Root}/cgroup.controllers"))
        {
            return new(true, null, [Root]);
        }

        var mounts = File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' '))
            .Select(fields => (Point: fields[4], Type: fields[Array.IndexOf(fields, "-") + 1]))
            .Where(mount => mount.Point.StartsWith(Root, StringComparison.Ordinal))
            .ToList();
        var hybrid = mounts.Where(mount => mount.Type == "cgroup2").Select(mount => mount.Point).FirstOrDefault();
        return new(false, hybrid, [.. mounts.Where(mount => mount.Type == "cgroup").Select(mount => mount.Point)]);
    }

    /// <summary>Kills every process of the cgroup and waits until none is left.</summary>
    public async Task KillAsync(string path, CancellationToken cancel)
    {
        var killFile = $"{Root}{path}/cgroup.kill";
        var wait = 1;
        while (Processes(path) is { Count: > 0 } processes)
        {
            if (IsUnified && File.Exists(killFile))
            {
                await File.WriteAllTextAsync(killFile, "1", cancel).ConfigureAwait(false);
            }
            else
            {
                foreach (var pid in processes)
                {
                    Signals.Send(pid, Signals.Kill);
                }
            }

            // v1 tells of an empty cgroup only by starting a program on the host, so it is asked again; a kill takes well under 1 ms.
            await Task.Delay(wait, cancel).ConfigureAwait(false);
            wait = Math.Min(wait * 2, 50);
        }
    }

    public bool IsEmpty(string path) => Processes(path).Count == 0;

    /// <summary>Removes the cgroup with all below it, where no process is in it any more.</summary>
    public void Remove(string path)
    {
        foreach (var directory in hierarchies.Select(hierarchy => hierarchy + path).Where(Directory.Exists))
        {
            RemoveTree(directory);
        }
    }

    /// <summary>Removes the parents that the OCI runtime made on its way, up to but not including <paramref name="top"/>, as far as they are empty.</summary>
    public void RemoveEmptyParents(string path, string top)
    {
        for (var parent = Path.GetDirectoryName(path)!; parent.Length > top.Length; parent = Path.GetDirectoryName(parent)!)
        {
            foreach (var directory in hierarchies.Select(hierarchy => hierarchy + parent).Where(Directory.Exists))
            {
                TryRemove(directory);
            }
        }
    }

    private List<int> Processes(string path)
    {
        var found = new List<int>();
        foreach (var directory in hierarchies.Select(hierarchy => hierarchy + path).Where(Directory.Exists).Take(1))
        {
            foreach (var file in Directory.EnumerateFiles(directory, "cgroup.procs", SearchOption.AllDirectories))
            {
                try
                {
                    found.AddRange(File.ReadAllLines(file).Select(int.Parse));
                }
                catch (IOException)
                {
                    // Removed meanwhile.
                }
            }
        }

        return found;
    }

    private static void RemoveTree(string directory)
    {
        foreach (var child in Directory.EnumerateDirectories(directory))
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
