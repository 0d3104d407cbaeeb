using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Cgroups;

/// <summary>Writes the limits of a cgroup that no OCI runtime makes: a pod's own, and those of a class of pods. Called by <see cref="CgroupTree"/>.</summary>
internal static class LimitCgroup
{
    /// <param name="directories">The cgroup in each hierarchy.</param>
    /// <param name="unified">Pure v2: <paramref name="root"/> is the one hierarchy's.</param>
    /// <param name="root">Where the hierarchy is mounted.</param>
    /// <returns>Whether anything was not so yet.</returns>
    /// <exception cref="IOException">The kernel refuses: a memory limit below what is in use (EBUSY), a quota beyond the parent's (EINVAL).</exception>
    public static bool Run(IReadOnlyList<string> directories, bool unified, string root, LinuxResources limits)
    {
        if (unified)
        {
            GiveControllers(root, directories[0]);
        }

        var changed = false;
        foreach (var (name, text) in CgroupLimits.Of(limits, unified))
        {
            // A controller that this machine has not, or has elsewhere (hybrid), limits nothing here.
            if (directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists) is { } file && File.ReadAllText(file).Trim() != text)
            {
                File.WriteAllText(file, text);
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>A cgroup of v2 has the files of those controllers alone that each of its parents hands on.</summary>
    private static void GiveControllers(string root, string directory)
    {
        for (var (parent, rest) = (root, Path.GetRelativePath(root, directory).Split('/')); rest.Length > 0; parent = Path.Combine(parent, rest[0]), rest = rest[1..])
        {
            var handedOn = File.ReadAllText(Path.Combine(parent, "cgroup.subtree_control")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            foreach (var controller in File.ReadAllText(Path.Combine(parent, "cgroup.controllers")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Except(handedOn))
            {
                try
                {
                    File.WriteAllText(Path.Combine(parent, "cgroup.subtree_control"), $"+{controller}");
                }
                catch (IOException)
                {
                    // One that cannot be shared out here (realtime processes, a threaded parent) is done without.
                }
            }
        }
    }
}
