using Tripod.Linux;
using Tripod.Linux.FileSystem;

namespace Tripod.Pods.Volumes;

/// <summary>
/// Publishes a set of files so that a reader sees all of the old or all of the new: the files stand in a time-stamped
/// folder, <c>..data</c> is a link to it that is swapped by rename(2), and each visible name is a link through
/// <c>..data</c>. The layout is the kubelet's, on which programs that watch for changes rely.
/// </summary>
internal static class AtomicFolder
{
    private const string Data = "..data", NewData = "..data_tmp";

    private const UnixFileMode GroupReads = (UnixFileMode)0x120, Shared = (UnixFileMode)0x5ED; // 0440; 02755

    /// <param name="group">Whose the files are; null: root's. The group may read them, whatever their modes say.</param>
    /// <returns>False when the folder already held exactly these files.</returns>
    public static bool Publish(string folder, IReadOnlyDictionary<string, VolumeFile> files, int? group, DateTimeOffset now)
    {
        if (group is not null)
        {
            files = files.ToDictionary(file => file.Key, file => file.Value with { Mode = file.Value.Mode | GroupReads });
        }

        Directory.CreateDirectory(folder);
        var data = Path.Combine(folder, Data);
        var old = new FileInfo(data).LinkTarget;
        if (old is not null && Read(Path.Combine(folder, old)) is { } present && present.Count == files.Count && files.All(file => file.Value.Equals(present.GetValueOrDefault(file.Key))))
        {
            return false;
        }

        var stamped = $"..{now:yyyy_MM_dd_HH_mm_ss}.{Random.Shared.Next():D10}";
        Write(Path.Combine(folder, stamped), files, group);
        Swap(folder, stamped);
        Link(folder, files.Keys.Select(FirstPart).ToHashSet(StringComparer.Ordinal));
        foreach (var stale in Directory.EnumerateDirectories(folder, "..*").Where(path => Path.GetFileName(path) != stamped && !IsLink(path)))
        {
            Directory.Delete(stale, recursive: true);
        }

        return true;
    }

    private static void Write(string folder, IReadOnlyDictionary<string, VolumeFile> files, int? group)
    {
        Directory.CreateDirectory(folder);
        Own(folder, null, group, group is null ? (UnixFileMode)0x1ED : Shared); // 0755
        foreach (var (name, file) in files)
        {
            var path = Path.Combine(folder, name);
            for (var parent = Path.GetDirectoryName(path)!; parent != folder && !Directory.Exists(parent); parent = Path.GetDirectoryName(parent)!)
            {
                Directory.CreateDirectory(parent);
                Own(parent, null, group, group is null ? (UnixFileMode)0x1ED : Shared);
            }

            // Nobody reads it before it is what it shall be.
            using (var written = File.Open(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)0x180 }))
            {
                written.Write(file.Content);
            }

            Own(path, file.User, group, file.Mode);
        }
    }

    private static void Own(string path, int? user, int? group, UnixFileMode mode)
    {
        if (user is not null || group is not null)
        {
            Ownership.Change(path, user ?? -1, group ?? -1);
        }

        File.SetUnixFileMode(path, mode);
    }

    private static void Swap(string folder, string target)
    {
        var fresh = Path.Combine(folder, NewData);
        if (IsLink(fresh))
        {
            Links.Unlink(fresh);
        }

        File.CreateSymbolicLink(fresh, target);
        Links.Rename(fresh, Path.Combine(folder, Data));
    }

    private static void Link(string folder, HashSet<string> names)
    {
        foreach (var gone in Directory.EnumerateFileSystemEntries(folder).Where(path => IsLink(path) && Path.GetFileName(path) is not Data and var name && !names.Contains(name)))
        {
            Links.Unlink(gone);
        }

        foreach (var name in names.Where(name => !IsLink(Path.Combine(folder, name))))
        {
            File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(Data, name));
        }
    }

    private static Dictionary<string, VolumeFile>? Read(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
                path => Path.GetRelativePath(folder, path),
                path => new VolumeFile(File.ReadAllBytes(path), File.GetUnixFileMode(path)))
            : null;

    private static string FirstPart(string path) => path.Split('/')[0];

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;
}
