namespace Tripod.Runtime.Cgroups;

/// <summary>Names of systemd's units that are cgroups, and the paths that they stand at (systemd.slice(5), systemd.scope(5)). Pure.</summary>
internal static class SystemdUnit
{
    private const string Slice = ".slice", Scope = ".scope";

    /// <summary>One level a name; a dash within one would be read as a level, so that it becomes an underscore, as the kubelet has it.</summary>
    public static string SliceOf(IEnumerable<string> levels) => $"{string.Join('-', levels.Select(level => level.Replace('-', '_')))}{Slice}";

    public static string ScopeOf(string engine, string id) => $"{engine}-{id}{Scope}";

    public static bool IsScope(string cgroup) => cgroup.EndsWith(Scope, StringComparison.Ordinal);

    public static bool IsSlice(string name) =>
        name.EndsWith(Slice, StringComparison.Ordinal) && name.Length is > 6 and <= 255 && name[0] != '-' && name[^7] != '-' && !name.Contains("--", StringComparison.Ordinal)
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ':' or '\\');

    /// <summary>Each dash is a level, and each level bears the names of those above it.</summary>
    public static string PathOf(string slice)
    {
        var parts = slice[..^Slice.Length].Split('-');
        return string.Concat(parts.Select((_, index) => $"/{string.Join('-', parts[..(index + 1)])}{Slice}"));
    }

    /// <summary>The slices that a cgroup stands in, from the top.</summary>
    public static IEnumerable<string> Above(string cgroup)
    {
        var levels = cgroup.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(1, levels.Length - 1).Select(count => $"/{string.Join('/', levels[..count])}").Where(path => IsSlice(NameOf(path)));
    }

    /// <summary>The unit that a cgroup is: the last name of its path.</summary>
    public static string NameOf(string cgroup) => cgroup[(cgroup.LastIndexOf('/') + 1)..];

    /// <summary>The slice that a scope stands in.</summary>
    public static string SliceAbove(string scope) => NameOf(scope[..scope.LastIndexOf('/')]);

    /// <summary>As OCI runtimes are told of a scope: <c>slice:prefix:name</c>.</summary>
    public static string OciPath(string scope)
    {
        var name = NameOf(scope)[..^Scope.Length];
        var dash = name.LastIndexOf('-');
        return $"{SliceAbove(scope)}:{name[..dash]}:{name[(dash + 1)..]}";
    }
}
