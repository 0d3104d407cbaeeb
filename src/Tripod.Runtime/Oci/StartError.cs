using System.Text.RegularExpressions;

namespace Tripod.Runtime.Oci;

/// <summary>crun's words for a command that cannot be run, in those that users of Docker and Kubernetes know and search for.</summary>
internal static partial class StartError
{
    /// <summary>Null where the text tells of something else.</summary>
    public static string? Describe(string text) =>
        NotFound().Match(text) is { Success: true } notFound ? Said(notFound.Groups[1].Value, notFound.Groups[1].Value.Contains('/', StringComparison.Ordinal) ? $"stat {notFound.Groups[1].Value}: no such file or directory" : "executable file not found in $PATH")
        : Denied().Match(text) is { Success: true } denied ? Said(denied.Groups[1].Value, "permission denied")
        : OpenExecutable().Match(text) is { Success: true } open ? Said(open.Groups[1].Value, open.Groups[2].Value.ToLowerInvariant())
        : null;

    private static string Said(string command, string why) =>
        $"OCI runtime create failed: unable to start container process: exec: \"{command}\": {why}";

    [GeneratedRegex("executable file [`']?([^`']+)[`']? not found")]
    private static partial Regex NotFound();

    [GeneratedRegex("(?:exec|executable)[^`']*[`']([^`']+)[`'].*Permission denied")]
    private static partial Regex Denied();

    [GeneratedRegex("open executable[^`']*[`']([^`']+)[`']?: (.+)$")]
    private static partial Regex OpenExecutable();
}
