namespace Tripod.Runtime.Logs;

/// <summary>One file of a log.</summary>
/// <param name="Key">Its place in time: files are read in the ordinal order of their keys.</param>
internal readonly record struct LogFileName(string Path, string Key)
{
    public bool IsCompressed => Path.EndsWith(".gz", StringComparison.Ordinal);
}

/// <summary>
/// The files that make up a log: the one being written, and those it was renamed to before, by time
/// (<c>0.log.20261123-120000</c>), the older ones compressed (<c>.gz</c>). What else has the name (<c>.tmp</c>) is being made.
/// </summary>
internal sealed class LogFiles(string path)
{
    /// <summary>After all that start with a digit.</summary>
    private const string Current = "~", CurrentDeleted = "}";

    private readonly string directory = Path.GetDirectoryName(path)!;
    private readonly string name = Path.GetFileName(path);

    public string Directory => directory;

    public bool Concerns(string fileName) => fileName.StartsWith(name, StringComparison.Ordinal);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<LogFileName> All() =>
        !System.IO.Directory.Exists(directory) ? [] : Order(System.IO.Directory.EnumerateFiles(directory, $"{name}*").Select(Path.GetFileName)!);

    /// <summary>The first that is younger than the key; null where there is none yet.</summary>
    public LogFileName? After(string key)
    {
        var younger = All().FirstOrDefault(file => string.CompareOrdinal(file.Key, key) > 0);
        return younger.Path is null ? null : younger;
    }

    /// <param name="target">Where an open file stands now: the target of its link in /proc/self/fd, which follows it through renames.</param>
    public string KeyOf(string target)
    {
        const string Deleted = " (deleted)";
        var deleted = target.EndsWith(Deleted, StringComparison.Ordinal);
        var suffix = Path.GetFileName(deleted ? target[..^Deleted.Length] : target)[name.Length..];
        return suffix.Length == 0 ? deleted ? CurrentDeleted : Current : KeyOfSuffix(suffix);
    }

    private IReadOnlyList<LogFileName> Order(IEnumerable<string> names) =>
    [
        .. names.Select(each => (Name: each, Suffix: each[name.Length..]))
            .Where(each => each.Suffix.Length == 0 || (each.Suffix is ['.', >= '0' and <= '9', ..] && !each.Suffix.EndsWith(".tmp", StringComparison.Ordinal)))
            .Select(each => new LogFileName(Path.Combine(directory, each.Name), each.Suffix.Length == 0 ? Current : KeyOfSuffix(each.Suffix)))
            // While one is being compressed, both stand there for a moment.
            .OrderBy(file => file.Key, StringComparer.Ordinal).ThenBy(file => file.IsCompressed)
            .DistinctBy(file => file.Key),
    ];

    private static string KeyOfSuffix(string suffix) => suffix.EndsWith(".gz", StringComparison.Ordinal) ? suffix[1..^3] : suffix[1..];
}
