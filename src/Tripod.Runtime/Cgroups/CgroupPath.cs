namespace Tripod.Runtime.Cgroups;

/// <summary>Where a container's cgroup stands below the hierarchies' roots: in folders of our own, or in systemd's slices. Pure.</summary>
/// <param name="engine">The engine's own part of the tree is named after it.</param>
/// <param name="driver">Who makes cgroups on this machine.</param>
internal sealed class CgroupPath(string engine, CgroupDriver driver)
{
    private const string Slice = ".slice";

    private string Folder => driver == CgroupDriver.Systemd ? $"/{SystemdUnit.SliceOf([engine])}" : $"/{engine}";

    /// <summary>The top of all that is the engine's own.</summary>
    public string Top => Folder;

    /// <summary>A cgroup in the engine's own part of the tree, by its folders below the top: <c>kubepods/burstable</c>.</summary>
    public string Below(string folders) => driver == CgroupDriver.Systemd
        ? SystemdUnit.PathOf(SystemdUnit.SliceOf([engine, .. folders.Split('/')]))
        : $"/{engine}/{folders}";

    /// <param name="parent">As the pod engine names it, in folders (<c>kubepods/burstable/podUID</c>); empty: one named after the pod.</param>
    /// <exception cref="RuntimeException">The parent would lead out of the engine's own cgroup.</exception>
    public string OfSandbox(string parent, string uid, string id)
    {
        var folders = parent.Split('/', StringSplitOptions.RemoveEmptyEntries);
        Require(folders, parent, "write it as a plain path such as /kubepods/burstable/podUID");
        var pod = folders.Length > 0 ? folders : [$"pod{(Names(uid) ? uid : id)}"];
        return driver == CgroupDriver.Systemd
            ? $"{SystemdUnit.PathOf(SystemdUnit.SliceOf([engine, .. pod]))}/{SystemdUnit.ScopeOf(engine, id)}"
            : $"/{engine}/{string.Join('/', pod)}/{id}";
    }

    /// <param name="parent">From the hierarchies' roots, as a kubelet with either driver names it: <c>/kubepods/podUID</c> or <c>kubepods-podUID.slice</c>.</param>
    /// <param name="id">The sandbox's.</param>
    /// <exception cref="RuntimeException">The parent is no plain path.</exception>
    public string OfSandboxFromRoot(string parent, string id)
    {
        var folders = parent.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (folders.Length == 0)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cgroup parent {parent}: write it as a plain path such as /kubepods/burstable/podUID, or as a slice");
        }

        Require(folders, parent, "write it as a plain path such as /kubepods/burstable/podUID, or as a slice");
        return $"{Parent(folders)}/{(OfSystemd(folders) ? SystemdUnit.ScopeOf(engine, id) : id)}";
    }

    /// <summary>Beside pause's in the pod's cgroup; without a pod among the engine's standalone containers.</summary>
    public string OfContainer(string? pause, string id) => pause is null
        ? Standalone("", id)
        : $"{pause[..pause.LastIndexOf('/')]}/{(SystemdUnit.IsScope(pause) ? SystemdUnit.ScopeOf(engine, id) : id)}";

    /// <summary>Of a container of no pod that names its parent: below the hierarchies' roots, as Docker has it.</summary>
    /// <exception cref="RuntimeException">The parent is no plain path; or no slice, where systemd makes cgroups.</exception>
    public string Standalone(string parent, string id)
    {
        var folders = parent.Split('/', StringSplitOptions.RemoveEmptyEntries);
        Require(folders, parent, "write it as a plain path such as /batch");
        if (folders.Length == 0)
        {
            return driver == CgroupDriver.Systemd
                ? $"{SystemdUnit.PathOf(SystemdUnit.SliceOf([engine, "containers"]))}/{SystemdUnit.ScopeOf(engine, id)}"
                : $"/{engine}/containers/{id}";
        }

        return driver == CgroupDriver.Systemd && !OfSystemd(folders)
            ? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cgroup parent {parent}: systemd makes the cgroups of this machine, so name a slice such as batch.slice")
            : $"{Parent(folders)}/{(OfSystemd(folders) ? SystemdUnit.ScopeOf(engine, id) : id)}";
    }

    private static void Require(string[] folders, string parent, string wayOut)
    {
        if (folders.Any(folder => folder is "." or ".." || folder.Any(char.IsControl)))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cgroup parent {parent}: {wayOut}");
        }

        if (folders.Length > 0 && folders[^1].EndsWith(Slice, StringComparison.Ordinal) && !SystemdUnit.IsSlice(folders[^1]))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cgroup parent {parent}: {folders[^1]} is no name of a slice (systemd.slice(5))");
        }
    }

    /// <summary>A slice says by its name alone where it stands.</summary>
    private static string Parent(string[] folders) => folders[^1].EndsWith(Slice, StringComparison.Ordinal)
        ? string.Concat(folders[..^1].Where(folder => !folder.EndsWith(Slice, StringComparison.Ordinal)).Select(folder => $"/{folder}")) + SystemdUnit.PathOf(folders[^1])
        : $"/{string.Join('/', folders)}";

    /// <summary>A plain path is not systemd's to make, whoever makes the others.</summary>
    private bool OfSystemd(string[] folders) => driver == CgroupDriver.Systemd && folders.All(folder => folder.EndsWith(Slice, StringComparison.Ordinal));

    private static bool Names(string uid) => uid.Length is > 0 and <= 128 && uid.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
