namespace Tripod.FrontDoors.Docker.Http;

/// <summary>A method and a path with at most one variable, which may hold slashes as images' names do.</summary>
internal sealed class DockerRoute(string method, string pattern, Func<DockerRequest, Task> run)
{
    private const string Variable = "{name}";
    private readonly int variable = pattern.IndexOf(Variable, StringComparison.Ordinal);

    public string Method => method;

    public Func<DockerRequest, Task> Run => run;

    /// <summary>The variable, empty where the pattern has none; null where the path is another.</summary>
    public string? Match(string path)
    {
        if (variable < 0)
        {
            return path == pattern ? "" : null;
        }

        var before = pattern.AsSpan(0, variable);
        var after = pattern.AsSpan(variable + Variable.Length);
        return path.Length > before.Length + after.Length && path.AsSpan().StartsWith(before) && path.AsSpan().EndsWith(after)
            ? path[before.Length..^after.Length]
            : null;
    }
}
