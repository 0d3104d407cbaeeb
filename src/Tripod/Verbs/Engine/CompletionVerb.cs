using System.CommandLine;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod completion</c>: scripts for shells; what completes a line is asked of tripod itself, so that they never grow old.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        _tripod() {
            local IFS=$'\n'
            COMPREPLY=($(tripod "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null | grep -F -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _tripod tripod
        """;

    private const string Zsh = """
        #compdef tripod
        _tripod() {
            local completions
            completions=("${(@f)$(tripod "[suggest:${#BUFFER}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a completions
            _files
        }
        compdef _tripod tripod
        """;

    private const string Fish = """
        complete -c tripod -a '(tripod "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell");
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var verb = new Command("completion", "print a script that completes tripod's commands\n\n  source <(tripod completion bash)\n  tripod completion zsh > \"${fpath[1]}/_tripod\"\n  tripod completion fish | source") { shell };
        verb.SetAction(parsed => Console.WriteLine(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish }));
        return verb;
    }
}
