namespace Tripod.Runtime.Cgroups;

/// <summary>Where a container's cgroup stands below the hierarchies' roots. Pure.</summary>
internal static class CgroupPath
{
    /// <param name="engine">The engine's root cgroup is named after it.</param>
    /// <param name="parent">As a kubelet names it (<c>/kubepods/burstable/podUID</c>); empty: one named after the pod.</param>
    /// <exception cref="RuntimeException">The parent would lead out of the engine's own cgroup.</exception>
    public static string OfSandbox(string engine, string parent, string uid, string id)
    {
        var folders = parent.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (folders.Any(folder => folder is "." or ".." || folder.Any(char.IsControl)))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cgroup parent {parent}: write it as a plain path such as /kubepods/burstable/podUID");
        }

        var pod = folders.Length > 0 ? string.Join('/', folders) : $"pod{(Names(uid) ? uid : id)}";
        return $"/{engine}/{pod}/{id}";
    }

    /// <param name="parent">From the hierarchies' roots, as a kubelet with either driver names it: <c>/kubepods/podUID</c> or <c>kubepods-podUID.slice</c>.</param>
    /// <exception cref="RuntimeException">The parent is no plain path.</exception>
    public static string OfSandboxFromRoot(string parent, string id)
    {
        var folders = parent.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (folders.Length == 0 || folders.Any(folder => folder is "." or ".." || folder.Any(char.IsControl)))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cgroup parent {parent}: write it as a plain path such as /kubepods/burstable/podUID, or as a slice");
        }

        var last = folders[^1];
        var path = last.EndsWith(".slice", StringComparison.Ordinal) ? [.. folders[..^1].Where(folder => !folder.EndsWith(".slice", StringComparison.Ordinal)), .. Slices(last)] : folders;
        return $"/{string.Join('/', path)}/{id}";
    }

    /// <summary>systemd.slice(5): each dash is a level, and each level bears the names of those above it.</summary>
    private static IEnumerable<string> Slices(string slice)
    {
        var parts = slice[..^".slice".Length].Split('-');
        return parts.Select((_, index) => $"{string.Join('-', parts[..(index + 1)])}.slice");
    }

    /// <summary>Beside pause's in the pod's cgroup; without a pod among the engine's standalone containers.</summary>
    public static string OfContainer(string engine, string? pause, string id) =>
        pause is null ? $"/{engine}/containers/{id}" : $"{pause[..pause.LastIndexOf('/')]}/{id}";

    /// <summary>Of a container of no pod that names its parent: below the hierarchies' roots, as Docker has it.</summary>
    /// <exception cref="RuntimeException">The parent is no plain path.</exception>
    public static string Standalone(string engine, string parent, string id)
    {
        var folders = parent.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return folders.Any(folder => folder is "." or ".." || folder.Any(char.IsControl))
            ? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cgroup parent {parent}: write it as a plain path such as /batch")
            : folders.Length == 0 ? $"/{engine}/containers/{id}" : $"/{string.Join('/', folders)}/{id}";
    }

    private static bool Names(string uid) => uid.Length is > 0 and <= 128 && uid.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
