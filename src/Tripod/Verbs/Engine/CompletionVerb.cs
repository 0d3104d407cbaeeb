using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod completion</c>: scripts for shells.</summary>
internal static class CompletionVerb
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell");
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        var verb = new Command("completion", "print a script that completes tripod's commands\n\n  source <(tripod completion bash)\n  tripod completion zsh > \"${fpath[1]}/_tripod\"\n  tripod completion fish | source") { shell };
        verb.SetAction(parsed => Console.WriteLine(CompletionScripts.Of(parsed.GetRequiredValue(shell))));
        return verb;
    }
}
