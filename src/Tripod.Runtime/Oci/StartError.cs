using System.Text.RegularExpressions;

namespace Tripod.Runtime.Oci;

/// <summary>crun's words for a command that cannot be run, in those that users of Docker and Kubernetes know and search for.</summary>
internal static partial class StartError
{
    /// <param name="text">What the OCI runtime said.</param>
    /// <param name="command">The first word of the container's command.</param>
    /// <param name="verb">What the OCI runtime was asked to do.</param>
    /// <returns>Null where the text tells of something else.</returns>
    public static string? Describe(string text, string command, string verb = "create")
    {
        if (NotFound().IsMatch(text))
        {
            return Said(verb, command, command.Contains('/', StringComparison.Ordinal) ? $"stat {command}: no such file or directory" : "executable file not found in $PATH");
        }

        return OpenExecutable().Match(text) is { Success: true } open ? Said(verb, command, open.Groups[1].Value.Trim().ToLowerInvariant()) : null;
    }

    /// <summary>As shells have it: 127 for a command that is not there, 126 for one that cannot be run.</summary>
    /// <param name="text">What the OCI runtime said when it could not start a command in a container.</param>
    public static int ExitCode(string text) => NotFound().IsMatch(text) || text.Contains("no such file or directory", StringComparison.OrdinalIgnoreCase) ? 127 : 126;

    private static string Said(string verb, string command, string why) =>
        $"OCI runtime {verb} failed: unable to start container process: exec: \"{command}\": {why}";

    [GeneratedRegex("executable file .*not found")]
    private static partial Regex NotFound();

    [GeneratedRegex("(?:open executable|exec(?:ve)?(?: container process)?(?: [`'][^`']*['`])?): ([A-Z][A-Za-z ]+)")]
    private static partial Regex OpenExecutable();
}
